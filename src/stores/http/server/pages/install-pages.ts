import type { FastifyInstance } from 'fastify'
import type { ThreadStore } from '../../../../store/thread-store.js'
import type { RouteRules } from '../gate.js'
import { principalOf, type ServerContext } from '../server-context.js'
import { pageHeaders, sendPage, styleSheet } from './layout.js'
import { listPage } from './list-page.js'
import { threadPage } from './thread-page.js'

const rules: RouteRules = { scope: 'read', mediaType: null, page: true }
const open: RouteRules = { scope: null, mediaType: null }

const THREADS_ON_A_PAGE = 50
const TURNS_ON_A_PAGE = 20

/** The pages for people: what threads there are, and what is in them. They change nothing. */
export function installPages(app: FastifyInstance, context: ServerContext): void {
  app.get('/style.css', { exposeHeadRoute: true, config: { rules: open } }, (_request, reply) =>
    reply.headers(pageHeaders).type('text/css; charset=utf-8').send(styleSheet),
  )
  page('/', async (store, query) => {
    const search = query.get('q') ?? ''
    const archived = query.has('archived')
    const found = await store.listThreads({
      pageSize: THREADS_ON_A_PAGE,
      cursor: query.get('cursor'),
      sortKey: 'updatedAt',
      archived,
      ...(search !== '' && { searchTerm: search }),
    })
    return listPage(found, { search, archived, isLater: query.has('cursor') })
  })
  page('/threads/:threadId', async (store, query, threadId) => {
    const which = { threadId, includeArchived: true }
    const thread = await store.readThread(which)
    const asked = { newestFirst: query.has('newest'), isLater: query.has('cursor') }
    if (!store.supports.turns) return threadPage(thread, null, asked)
    const turns = await store.listTurns({
      ...which,
      pageSize: TURNS_ON_A_PAGE,
      cursor: query.get('cursor'),
      sortDirection: asked.newestFirst ? 'desc' : 'asc',
      itemsView: 'full',
    })
    return threadPage(thread, turns, asked)
  })

  function page(
    url: string,
    show: (store: ThreadStore, query: URLSearchParams, threadId: string) => Promise<string>,
  ): void {
    app.get(url, { exposeHeadRoute: true, config: { rules } }, async (request, reply) => {
      const { namespace } = principalOf(context, request)
      const query = new URLSearchParams(request.url.split('?')[1] ?? '')
      const { threadId = '' } = request.params as Readonly<Record<string, string>>
      const store = await context.stores.of(namespace)
      return sendPage(reply, 200, await show(store, query, threadId))
    })
  }
}
