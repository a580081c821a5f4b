/** Who may import whom; see ARCHITECTURE.md. A test plants a violation of each rule and sees it caught. */
const workspaces = 'server|pilot|kernel-lib|extension';
const test = '\\.test\\.tsx?$|/testing/|conformance\\.ts$|/testing\\.ts$';

export default {
  forbidden: [
    {
      name: 'contract-stands-alone',
      comment: 'Everybody needs the contract; it needs nobody.',
      severity: 'error',
      from: { path: '^contract/src' },
      to: { path: `^(${workspaces}|test|scripts)/` },
    },
    {
      name: 'contract-needs-only-zod',
      severity: 'error',
      from: { path: '^contract/src', pathNot: `node-transport\\.ts$|^contract/src/sign-in/|${test}` },
      to: { dependencyTypesNot: ['local'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'workspaces-meet-at-the-contract',
      comment: 'Server, pilot, library and extension know each other by the contract alone.',
      severity: 'error',
      from: { path: `^(${workspaces})/src`, pathNot: test },
      to: { path: `^(${workspaces})/src`, pathNot: '^$1/' },
    },
    {
      name: 'stores-know-no-http',
      severity: 'error',
      from: { path: '^server/src/.*-store\\.ts$' },
      to: { path: '^server/src/http/|/routes\\.ts$|node_modules/(express|socket\\.io)/' },
    },
    {
      name: 'rules-know-no-doors',
      comment: 'Downward only: doors call rules, rules call stores.',
      severity: 'error',
      from: {
        path: '^server/src/(jobs|operations|task-queues|matching-policy|why|pilots|sandboxes|sites|database|identity|registry|audit|credentials)/',
        pathNot: `/routes\\.ts$|${test}`,
      },
      to: { path: '^server/src/(http/|app\\.ts|server\\.ts|main\\.ts)' },
    },
    {
      name: 'drivers-stay-in-the-database-room',
      severity: 'error',
      from: { path: '^server/src', pathNot: `^server/src/(database|instance)/|${test}` },
      to: { path: 'node_modules/pg/|^node:sqlite$|^sqlite$|database/(sqlite|postgres)' },
    },
    {
      name: 'processes-have-an-address',
      comment: 'Only these start processes.',
      severity: 'error',
      from: { path: '^(server|pilot)/src', pathNot: `^server/src/(sites|companion)/|^pilot/src/(payload|guard|usage|limits)|${test}` },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'companion-stays-small',
      comment: 'It starts with every Lab: no database, no Express, no zod.',
      severity: 'error',
      from: { path: '^server/src/companion/', pathNot: test },
      to: { path: 'node_modules/(express|kysely|pg|socket\\.io|zod)/|^server/src/(database|jobs|http)/', reachable: true },
    },
    {
      name: 'no-circles',
      comment: 'At run time. A type may look back, and a command that is loaded when it is called may know the list it stands in.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    { name: 'tests-are-not-shipped', severity: 'error', from: { pathNot: `^test/|${test}` }, to: { path: test } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/|/lib/' },
    exclude: { path: '(^|/)(dist|lib|\\.tsbuild|\\.venv|labextension)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      conditionNames: ['types', 'import', 'require', 'default'],
      exportsFields: ['exports'],
    },
    builtInModules: { add: ['node:sqlite', 'sqlite'] },
  },
};
