// The serializers a user may choose by name.
import { json } from './json';
import { raw } from './raw';
import { string } from './string';
import { v8 } from './v8';

/** The built-in ones, for the option `serializer`; `json` is the default. */
export const serializers = Object.freeze({ json, raw, string, v8 });
