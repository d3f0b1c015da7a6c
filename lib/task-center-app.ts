import { join } from 'node:path';
import { App, Validations, type AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { contractsOf, DEPLOYED } from '../functions/contracts.ts';
import { AUTHORIZER_HANDLERS } from './authorizer.ts';
import { bundleFunctions, type Bundle } from './bundle.ts';
import { PUBLISHER_HANDLER } from './events.ts';
import { PLANNER_HANDLER } from './planner.ts';
import { readStages } from './stages.ts';
import { TaskCenterStack } from './task-center-stack.ts';

/** Every handler that is deployed, as its file below `functions/` without extension. */
export const HANDLERS = [
  ...DEPLOYED.map(({ handler }) => handler),
  ...Object.values(AUTHORIZER_HANDLERS),
  PUBLISHER_HANDLER,
  PLANNER_HANDLER,
];

const OUTDIR = join(import.meta.dirname, '../dist/functions');

export const bundleService = (outdir: string = OUTDIR): Bundle => bundleFunctions(HANDLERS, outdir);

/**
 * The CDK app with a stack for every stage that the context asks for; its synthesis fails on a finding of cdk-nag.
 * `routesOf` names the routes of a mode of identity.
 */
export const makeApp = (makeBundle: () => Bundle, props: AppProps = {}, routesOf = contractsOf): App => {
  const app = new App(props);
  const stages = readStages(app.node);
  const bundle = makeBundle();
  for (const stage of stages) {
    new TaskCenterStack(app, { stage, bundle, contracts: routesOf(stage.identity) });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
};
