import { bundleService, makeApp } from '../lib/task-center-app.ts';

// CloudFormation's own rules take longer than all the rest: test/infrastructure/rules.test.ts asks them.
makeApp(bundleService, { builtinCloudFormationValidation: false }).synth();
