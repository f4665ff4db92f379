/** Plans of a caller's own, for what plain words would not lead to. */
export const statistics = (content = 'a,b\n1,2\n3,4\n5,9\n') => ({
  plan: {
    steps: [
      { key: 'table', kind: 'service_call', serviceId: 'parse-table', params: { content, name: 'numbers' } },
      {
        key: 'numbers',
        kind: 'service_call',
        serviceId: 'statistics-desk',
        dependsOn: ['table'],
        input: '{"table": steps.table}',
      },
    ],
  },
});

export const free = (input = '{"sum": 1 + 2}') => ({
  plan: { steps: [{ key: 'only', kind: 'data_transform', input }] },
});
