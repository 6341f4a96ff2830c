/** Which threads `threadstore migrate` copies, for `yargs`. */
export const choiceOptions = {
  'target-env': { type: 'string', describe: 'environment variable that holds the target' },
  'dry-run': {
    type: 'boolean',
    default: false,
    describe: 'read everything, say what would be done, write nothing',
  },
  plan: {
    type: 'string',
    describe: 'with --dry-run: write the plan; else: carry this plan out, and no other',
  },
  probe: {
    type: 'boolean',
    default: false,
    describe: 'with --dry-run: store 8 MiB in the target for a moment, to say how long it takes',
  },
  only: { type: 'string', array: true, describe: 'ids of the threads to copy' },
} as const

/** How `threadstore migrate` goes on and what it tells, for `yargs`. */
export const courseOptions = {
  follow: {
    type: 'boolean',
    default: false,
    describe: 'go on copying what is appended, until SIGINT or SIGTERM',
  },
  'quiet-for': {
    type: 'string',
    default: '10s',
    describe: 'with --follow: time without any change after which a cutover is safe',
  },
  shard: {
    type: 'string',
    describe: 'copy one part of the threads, such as 2/8, which no other host copies',
  },
  bandwidth: { type: 'string', describe: 'read no faster than this, such as 10MB/s' },
  'max-duration': { type: 'string', describe: 'stop after this time, such as 1h30m' },
  json: { type: 'boolean', default: false, describe: 'print the report instead of text' },
  report: { type: 'string', describe: 'write the report to a file: FILE.html is a page' },
  events: {
    type: 'string',
    // Else the parser takes `-` for another option.
    nargs: 1,
    describe: 'write what happens to a file as JSON lines; - is standard output',
  },
  paths: {
    type: 'boolean',
    default: true,
    describe: 'name folders in reports, events and logs; --no-paths writes hashes instead',
  },
  receipt: { type: 'string', describe: 'write what the target holds to a file' },
} as const
