import { devicesOf } from './gst/devices.js';

/** A program of its own: prints the devices of the providers named on its command line as JSON. A camera stack that hangs or crashes does so here. */
process.stdout.write(JSON.stringify(process.argv.slice(2).flatMap(devicesOf)), () => process.exit(0));
