const read = (field: string): string => `node -pe 'JSON.parse(fs.readFileSync(0)).${field}'`;

/**
 * Three commands for bash that lead a new user from nothing to a first task, to be pasted in this order: a tenant and
 * its administrator, a token, a task type and a task. They need curl and node, and may be repeated.
 */
export const firstSteps = (baseUrl: string): readonly [string, string, string] => {
  const post = (path: string, body: string, ...headers: readonly string[]): string => {
    const all = ['Content-Type: application/json', ...headers].map((header) => `-H "${header}"`).join(' ');
    return `curl -sS ${baseUrl}/api${path} ${all} -d "${body.replaceAll('"', String.raw`\"`)}"`;
  };
  const token = 'Authorization: Bearer $TOKEN';
  const login = '{"tenant_id":"$TENANT","username":"admin","password":"change-me"}';
  return [
    `TENANT=$(${post('/identity/tenants', '{"name":"First tenant"}')} | ${read('id')}) && \\\n` +
      `  ${post('/identity/bootstrap-admin', login)} && echo`,
    `TOKEN=$(${post('/identity/dev-login', login)} | ${read('access_token')})`,
    `TYPE=$(${post('/task-center/types', '{"code":"FIRST-$RANDOM","name":"First type"}', token)} | ${read('id')}) && \\\n` +
      `  ${post('/task-center/tasks', '{"task_type_id":"$TYPE","name":"First task"}', token)} && echo`,
  ];
};
