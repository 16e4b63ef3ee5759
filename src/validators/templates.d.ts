import type { ValidateFunction } from 'ajv';
import type { TemplateHeader } from '../pipeline/template-header.js';

export declare const header: ValidateFunction<TemplateHeader>;
