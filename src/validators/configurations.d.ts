import type { ValidateFunction } from 'ajv';

export declare const configuration: ValidateFunction;
