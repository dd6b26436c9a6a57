// The table of floors: one row each, over all loads it holds for.

import { BASELINE, isPeer, OURS } from '../clients';
import { BURST_FLOOR, describeFloor, FLOORS, type Floor, type Judgement, judge, STOPPED_SERVER_FLOOR } from '../floors';
import { bestOf, type Results } from '../results';
import { commandOf } from '../scenario';
import { compare } from '../stopped-server';
import { growthOf, megabytes, meetsBurstFloor } from '../burst';
import { trialCommand } from '../trials';
import { code, renderTable } from './markdown';
import type { Run } from './report';
