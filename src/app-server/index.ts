export { AppServer, type AppServerOptions } from './app-server.js'
export type { Connection } from './connection.js'
export { serveStdio } from './stdio.js'
