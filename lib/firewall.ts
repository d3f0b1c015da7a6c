import type { Stage as ApiStage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { devLogin } from '../functions/identity/contract.ts';
import type { Stage } from './stages.ts';

/** Sign-ins of one address in five minutes: an office behind one address stays far below. */
const SIGN_IN_LIMIT = 200;

const visible = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
  metricName,
});

/**
 * A web ACL before the API: too many requests of one address are refused, fewer of them to the sign-in, then what AWS's
 * common rules know as attacks.
 */
export class Firewall extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, apiStage }: { readonly stage: Stage; readonly apiStage: ApiStage },
  ) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible(stage.prefix),
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: stage.wafRateLimit } },
          visibilityConfig: visible(`${stage.prefix}-rate`),
        },
        {
          name: 'sign-in',
          priority: 1,
          action: { block: {} },
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: SIGN_IN_LIMIT,
              scopeDownStatement: {
                byteMatchStatement: {
                  fieldToMatch: { uriPath: {} },
                  // Behind the name of the stage; `%2D` is a hyphen for API Gateway too.
                  positionalConstraint: 'ENDS_WITH',
                  searchString: devLogin.path,
                  textTransformations: [{ priority: 0, type: 'URL_DECODE' }],
                },
              },
            },
          },
          visibilityConfig: visible(`${stage.prefix}-sign-in`),
        },
        {
          name: 'common',
          priority: 2,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesCommonRuleSet',
              // It refuses bodies over 8 KB; a batch of 99 tasks is longer, and the service has a limit of its own.
              ruleActionOverrides: [{ name: 'SizeRestrictions_BODY', actionToUse: { count: {} } }],
            },
          },
          visibilityConfig: visible(`${stage.prefix}-common`),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: apiStage.stageArn, webAclArn: acl.attrArn });
  }
}
