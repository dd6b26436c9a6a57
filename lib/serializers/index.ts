// The serializers a user may choose by name.
import { json } from './json';
import { raw } from './raw';
import { string } from './string';
import { v8 } from './v8';

export const serializers = Object.freeze({ json, raw, string, v8 });
