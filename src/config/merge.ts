export { isMapping, mergePatch, nested, valueAt, withValue, type Mapping } from '../protocol/merge-patch.js';
