export { isMapping, mergePatch, nested, valueAt, type Mapping } from '../protocol/merge-patch.js';
