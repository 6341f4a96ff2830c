export { type Clock, isoMillis, systemClock } from './host/clock.js'
export { type IdSource, systemIds } from './host/ids.js'
export { type Logger, silentLogger } from './host/logger.js'
