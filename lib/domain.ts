import { EndpointType, SecurityPolicy, type RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGateway } from 'aws-cdk-lib/aws-route53-targets';
import type { Construct } from 'constructs';
import type { Stage } from './stages.ts';

/** Gives the API a name of its own, when the stage has one, and its address record, when the zone is known. Its URL. */
export const addDomain = (
  scope: Construct,
  api: RestApiBase,
  { domainName, certificateArn, hostedZoneId, hostedZoneName }: Stage,
): string | undefined => {
  if (domainName === undefined || certificateArn === undefined) return undefined;
  api.addDomainName('Domain', {
    domainName,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    endpointType: EndpointType.REGIONAL,
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  if (hostedZoneId !== undefined && hostedZoneName !== undefined) {
    new ARecord(scope, 'Address', {
      zone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName: hostedZoneName }),
      recordName: `${domainName}.`,
      target: RecordTarget.fromAlias(new ApiGateway(api)),
    });
  }
  return `https://${domainName}/`;
};
