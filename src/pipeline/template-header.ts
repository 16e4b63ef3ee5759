import type { ExtendedJSONSchema, FromSchema } from 'json-schema-to-ts';

/** The folders of `pipelines/`: the parts of a graph in the order of its text, then what is added at run time. */
export const templateKinds = [
  'source',
  'capture',
  'transfer',
  'rectify',
  'layout',
  'encode',
  'tap',
  'sink',
  'viewer',
  'snapshot',
] as const;
export type TemplateKind = (typeof templateKinds)[number];

const text = { type: 'string', minLength: 1 } as const;
const count = { type: 'integer', minimum: 1 } as const;
const format = { type: 'string', pattern: '^[A-Z][A-Z0-9_]+$' } as const;

/** What stands between the `---` lines of a template. */
export const headerSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['stage', 'summary', 'needs'],
  properties: {
    stage: { enum: templateKinds },
    summary: text,
    needs: { type: 'array', items: text, description: 'GStreamer elements without which it cannot be.' },
    begins: {
      type: 'boolean',
      description: 'Starts a chain of its own, as every source does, instead of going on from the part before it.',
    },
    memory: { enum: ['raw', 'gl'], description: 'source: where its pictures are.' },
    codec: { enum: ['h264', 'vp8'] },
    format: {
      oneOf: [format, { type: 'array', items: format, minItems: 1 }],
      description:
        'The pixel formats that an encoder takes or a source can deliver, the best one first; a source says none where that is not known.',
    },
    dmabuf: { type: 'boolean', description: 'source: GL can have its buffers as they are, without a copy.' },
    order: { type: 'integer', description: 'encode: `auto` tries low numbers first; without one only by name.' },
    hardware: { type: 'boolean' },
    live: {
      type: 'array',
      items: text,
      description: 'Properties of its named elements that take another value while the graph plays.',
    },
    limits: {
      type: 'object',
      additionalProperties: false,
      required: ['because'],
      properties: {
        because: { ...text, description: 'Where the limits come from.' },
        max_width: count,
        max_height: count,
        max_macroblocks_per_second: { ...count, description: '16x16 pixels each; the rates of ITU-T H.264 table A-1.' },
      },
    },
    absent: {
      type: 'array',
      description:
        'Why the elements may not exist; the first entry whose `model` is found in the machine’s model is said.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['because'],
        properties: { model: text, because: text },
      },
    },
    notes: {
      type: 'array',
      description:
        'Said by `binocle plan` where `before` is not given, or GStreamer, or the library that `of` names, is older than it.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['note'],
        properties: {
          note: text,
          before: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 3 },
          of: { enum: ['libcamera'] },
        },
      },
    },
    delay: {
      type: 'object',
      additionalProperties: false,
      required: ['basis'],
      description: 'Expected delay of a frame.',
      properties: {
        ms: { type: 'number', minimum: 0 },
        ms_per_megapixel: { type: 'number', minimum: 0 },
        frames: { type: 'number', minimum: 0 },
        basis: text,
      },
    },
  },
} as const satisfies ExtendedJSONSchema;

export type TemplateHeader = FromSchema<typeof headerSchema>;
