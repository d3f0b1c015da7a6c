/** Docker Desktop knows it by itself; on Linux a container has to be told that it is the host. */
const HOST = 'host.docker.internal';

/** The command that runs a template with the environment file; `fromContainer` is the database as containers reach it. */
export const samCommand = ({
  template,
  out,
  network,
  fromContainer,
}: {
  readonly template: string;
  readonly out: string;
  readonly network: string;
  readonly fromContainer: string;
}): string =>
  [
    'sam local start-api',
    `--template ${template}`,
    `--env-vars ${out}`,
    `--docker-network ${network}`,
    ...(new URL(fromContainer).hostname === HOST ? [`--add-host ${HOST}:host-gateway`] : []),
    '--warm-containers LAZY',
  ].join(' \\\n  ');
