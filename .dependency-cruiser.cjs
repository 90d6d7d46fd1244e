// The rooms and who may import whom: docs/architecture.md has the table. A wrong arrow fails `npm run check`.
const room = (name) => `^src/${name}/`;
/** `from` may import only the rooms of `to` (and itself). */
const only = (from, to) => ({
  name: `${from}-imports-only-${to.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: room(from) },
  to: { path: '^src/', pathNot: [room(from), ...to.map(room)] },
});
/** Another room is entered through its index.ts only. */
const door = (name) => ({
  name: `${name}-through-its-door`,
  severity: 'error',
  from: { path: '^src/', pathNot: room(name) },
  to: { path: room(name), pathNot: [`${room(name)}index[.]ts$`, `${room(name)}[^/]+/index[.]ts$`] },
});
module.exports = {
  forbidden: [
    only('core', []),
    only('protocol', ['core']),
    only('transports', ['core', 'protocol', 'client']),
    only('hub', ['core', 'protocol', 'transports']),
    only('client', ['core', 'protocol']),
    only('ui', ['core']),
    ...['core', 'protocol', 'transports', 'hub', 'client', 'ui'].map((name) => door(name)),
    {
      name: 'core-has-no-node',
      comment: 'core takes clocks, sockets and files as arguments',
      severity: 'error',
      from: { path: room('core') },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
