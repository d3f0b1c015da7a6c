import { Duration } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { KEY, LIST_INDEXES } from '../adapters/dynamodb/table.ts';
import type { Stage } from './stages.ts';

const attribute = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * The one table, of the shape that `adapters/dynamodb/table.ts` defines for the local database, too.
 *
 * An update of a stack can add or drop one index at a time; a new table gets all of them at once.
 */
export class ServiceTable extends Construct {
  readonly table: Table;
  /** The stream that says what has been committed. */
  readonly streamArn: string;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const limits = {
      ...(stage.maxReadUnits === undefined ? {} : { maxReadRequestUnits: stage.maxReadUnits }),
      ...(stage.maxWriteUnits === undefined ? {} : { maxWriteRequestUnits: stage.maxWriteUnits }),
    };
    this.table = new Table(this, 'Table', {
      partitionKey: attribute(KEY.partition),
      sortKey: attribute(KEY.sort),
      timeToLiveAttribute: KEY.expiry,
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: stage.isProtected,
      removalPolicy: stage.removalPolicy,
      ...(stage.tableKey === 'customer'
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: this.makeKey(stage) }
        : { encryption: TableEncryption.AWS_MANAGED }),
      ...limits,
    });
    for (const { name, partition, sort, holds } of LIST_INDEXES) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: attribute(partition),
        sortKey: attribute(sort),
        ...(holds.length === 0
          ? { projectionType: ProjectionType.KEYS_ONLY }
          : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...holds] }),
        ...limits,
      });
    }
    const { tableStreamArn } = this.table;
    if (tableStreamArn === undefined) throw new Error('The table has no stream.');
    this.streamArn = tableStreamArn;
  }

  indexArn(name: string): string {
    return `${this.table.tableArn}/index/${name}`;
  }

  /**
   * The key serves whoever may use the table, and only through DynamoDB: the policy of AWS's own key for DynamoDB. So
   * the functions need no grant on it.
   */
  private makeKey(stage: Stage): Key {
    const { account, region, urlSuffix } = Stack.of(this);
    const key = new Key(this, 'Key', {
      description: `Encrypts the table of ${stage.prefix}`,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      removalPolicy: stage.removalPolicy,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'UseThroughDynamoDb',
        principals: [new AnyPrincipal()],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        // In a key policy: this key.
        resources: ['*'],
        conditions: {
          StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `dynamodb.${region}.${urlSuffix}` },
        },
      }),
    );
    return key;
  }
}
