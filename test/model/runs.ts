import { setImmediate as settle } from 'node:timers/promises';
import fc from 'fast-check';
import { judgeAlone, judgeEnd, judgeTogether, type Attempt } from './judge.ts';
import { makeRandom } from '../integration/random.ts';
import { describe, type Intent, type Known } from './intents.ts';
import { makeLag } from './lag.ts';
import { qualifiedWorld, startService, type Faulty, type SdkCall, type Service, type Turn } from './service.ts';
import type { Answer, Request, World } from './world.ts';

/** Counts what was run, over all runs of a test. */
export interface Tally {
  commands: number;
  calls: number;
  /** What was answered to what: `dispatch ok`, `commit plan_stale`, … */
  readonly answers: Set<string>;
}

export const newTally = (): Tally => ({ commands: 0, calls: 0, answers: new Set() });

const tallyUp = (tally: Tally, { action, isPreview }: Request, { status, replayed, body }: Answer): void => {
  tally.commands += 1;
  const what = isPreview === true ? `preview of ${action.kind}` : action.kind;
  tally.answers.add(`${what} ${status < 300 ? (replayed ? 'replayed' : 'ok') : String(body?.code)}`);
};

const failIf = (findings: readonly string[], timeline: readonly string[]): void => {
  if (findings.length === 0) return;
  throw new Error(`${findings.join('\n')}\n\nWhat happened, in this order:\n${timeline.join('\n')}`);
};

const shown = ({ status, replayed, body }: Answer): string =>
  `${status}${status < 300 ? (replayed ? ' replayed' : '') : ` ${String(body?.code)}`}`;

/** What clients know from what they were answered. */
type Learnt = { -readonly [K in keyof Known]: Known[K][number][] };

const knownOf = ({ users, tasks, assets }: World): Learnt => ({
  ...{ users: [...users.keys()], tasks: [...tasks.keys()], assets: [...assets.keys()] },
  ...{ absences: [], maintained: [], held: [], plans: [], keyed: [] },
});

// One request after the other ------------------------------------------------------------------------------------

interface Alone {
  world: World;
  readonly known: Learnt;
  readonly tally: Tally;
  readonly timeline: string[];
}

/** Commands of a run in which every request waits for the answer to the one before it. */
export const aloneCommands = (intent: fc.Arbitrary<Intent>, most: number) =>
  fc.commands([intent.map(aloneCommand)], { maxCommands: most, size: 'max' });

/** Each run has commands of its own, so that a command that is shown says what it was in the run that is shown. */
type OwnCommand<Model extends object, Real> = fc.AsyncCommand<Model, Real> & fc.WithCloneMethod<object>;

const aloneCommand = (intent: Intent): OwnCommand<Alone, Service> => {
  let text = 'a request';
  return {
    [fc.cloneMethod]: () => aloneCommand(intent),
    check: () => true,
    run: async (model, service) => {
      const { world, known, timeline } = model;
      const request = intent(known);
      text = describe(request);
      const answer = await service.send(request);
      timeline.push(`  ${text}: ${shown(answer)}`);
      tallyUp(model.tally, request, answer);
      const { findings, after } = judgeAlone(world, request, answer);
      failIf(findings, timeline);
      model.world = after;
      learn(known, request, answer);
      if (request.key !== undefined) known.keyed.push(request);
    },
    toString: () => text,
  };
};

export const runAlone = async (commands: Iterable<fc.AsyncCommand<Alone, Service>>, tally: Tally): Promise<void> => {
  const world = qualifiedWorld();
  const model: Alone = { world, known: knownOf(world), tally, timeline: [] };
  const service = await startService(model.world);
  await fc.asyncModelRun(() => ({ model, real: service }), commands);
  failIf(judgeEnd(model.world, await service.snapshot()), model.timeline);
};

// Several at once ------------------------------------------------------------------------------------------------

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Together {
  readonly attempts: Attempt[];
  readonly commits: Attempt[];
  readonly timeline: string[];
  readonly known: Learnt;
  /** Each actor sends one request at a time. */
  readonly actors: Map<Actor, Promise<void>>;
  readonly send: (actor: Actor, request: Request) => void;
}

const ACTORS = ['A', 'B', 'C'] as const;
type Actor = (typeof ACTORS)[number];

const single = (intent: fc.Arbitrary<Intent>) =>
  fc.tuple(fc.constantFrom(...ACTORS), intent).map((entry) => new Map([entry]));
/** A client that loses patience, or a queue that delivers twice: the same request from two sides. */
const twins = (intent: fc.Arbitrary<Intent>) =>
  intent.map((same) => new Map([['A', same] as const, ['B', same] as const]));
const together = (rush: fc.Arbitrary<readonly Intent[]>) =>
  rush.map(
    (intents) => new Map(ACTORS.slice(0, intents.length).map((one, at) => [one, intents[at] ?? NOTHING] as const)),
  );
const NOTHING: Intent = () => ({ action: { kind: 'move', task: 'no-task', target: 'CANCELED' } });

/** Commands of a run of several actors; `rush` are requests that meet at one place. */
export const togetherCommands = (intent: fc.Arbitrary<Intent>, rush: fc.Arbitrary<readonly Intent[]>, most: number) => {
  const requests = fc.oneof(
    { arbitrary: single(intent), weight: 5 },
    { arbitrary: twins(intent), weight: 1 },
    { arbitrary: together(rush), weight: 3 },
  );
  return fc.commands([requests.map(togetherCommand)], { maxCommands: most, size: 'max' });
};

/** Requests that are sent at the same moment, each by an actor of its own; an actor first awaits its last answer. */
const togetherCommand = (intents: ReadonlyMap<Actor, Intent>): OwnCommand<object, Together> => {
  let text = 'requests';
  return {
    [fc.cloneMethod]: () => togetherCommand(intents),
    check: () => true,
    run: async (_, { send, known }) => {
      const requests = [...intents].map(([one, intent]) => [one, intent(known)] as const);
      text = requests.map(([one, request]) => `${one}: ${describe(request)}`).join(' | ');
      for (const [one, request] of requests) send(one, request);
    },
    toString: () => text,
  };
};

/** A scheduler that lets everything settle between two steps: whoever is not waiting for a turn then has ended. */
export const scheduler = (): fc.Arbitrary<fc.Scheduler> =>
  fc.scheduler({
    act: async (step) => {
      await step();
      await settle();
    },
  });

export interface TogetherOptions {
  /** The world at the start. */
  readonly start: World;
  readonly scheduler: fc.Scheduler;
  /** Seed of the chance by which eventually consistent reads lag. */
  readonly lag: number;
  readonly faulty?: Faulty;
  readonly tally: Tally;
}

export const runTogether = async (
  commands: Iterable<fc.AsyncCommand<object, Together>>,
  { start, scheduler: turns, lag, faulty, tally }: TogetherOptions,
): Promise<void> => {
  const service = await startService(start, faulty);
  const attempts: Attempt[] = [];
  const commits: Attempt[] = [];
  const timeline: string[] = [];
  const known = knownOf(start);
  const chance = makeRandom(lag);
  const lagging = makeLag(() => chance.below(4) > 0);

  const turnOf =
    (attempt: Mutable<Attempt>): Turn =>
    async (call, send) => {
      const done = await inTurn(turns, `${attempt.name}: ${textOf(call)}`);
      tally.calls += 1;
      const line = timeline.push(`  ${attempt.name} | ${textOf(call)}`);
      try {
        const result = await lagging(call, send);
        if (call.operation.startsWith('TransactWrite')) {
          commits.push(attempt);
          attempt.isReceiptOnly = textOf(call).startsWith('write Put RECEIPT') && !textOf(call).includes(',');
          timeline[line - 1] = `${timeline[line - 1] ?? ''} | committed`;
        }
        return result;
      } catch (error) {
        timeline[line - 1] = `${timeline[line - 1] ?? ''} | ${String(error).slice(0, 120)}`;
        throw error;
      } finally {
        done();
      }
    };

  const perform = async (name: string, request: Request): Promise<void> => {
    const attempt: Mutable<Attempt> = { name, request, began: commits.length, ended: 0, answer: NO_ANSWER };
    attempts.push(attempt);
    attempt.answer = await service.send(request, turnOf(attempt)).catch((error: unknown): Answer => ({
      status: 500,
      replayed: false,
      body: { code: String(error) },
    }));
    attempt.ended = commits.length;
    timeline.push(`  ${name} | answered ${shown(attempt.answer)}`);
    learn(known, request, attempt.answer);
  };

  const actors = new Map<Actor, Promise<void>>();
  let count = 0;
  const send = (one: Actor, request: Request): void => {
    count += 1;
    const name = `${one}${count} ${describe(request)}`;
    if (request.key !== undefined) known.keyed.push(request);
    actors.set(
      one,
      (actors.get(one) ?? Promise.resolve()).then(() => perform(name, request)),
    );
  };
  const real: Together = {
    ...{ attempts, commits, timeline, known, actors },
    send,
  };
  await fc.scheduledModelRun(turns, () => ({ model: {}, real }), commands);
  await turns.waitFor(Promise.all(actors.values()));

  for (const { request, answer } of attempts) tallyUp(tally, request, answer);
  const { findings, end } = judgeTogether(start, attempts, commits);
  const atTheEnd = findings.length > 0 ? [] : judgeEnd(end, await service.snapshot());
  failIf([...findings, ...atTheEnd], timeline);
};

const NO_ANSWER: Answer = { status: 0, replayed: false, body: undefined };

/** Waits until the scheduler gives the turn; nobody else gets it before `done` is called. */
const inTurn = (turns: fc.Scheduler, label: string): Promise<() => void> =>
  new Promise((resolve) => {
    let done = (): void => {};
    const finished = new Promise<void>((end) => {
      done = end;
    });
    turns.scheduleSequence([
      {
        label,
        builder: () => {
          resolve(done);
          return finished;
        },
      },
    ]);
  });

const learn = (known: Learnt, { action, isPreview }: Request, { status, body }: Answer): void => {
  const add = (ids: string[], id: string): void => {
    if (!ids.includes(id)) ids.push(id);
  };
  if (status >= 300) return;
  if (isPreview === true) {
    const token: unknown = body.plan_token;
    if (action.kind === 'auto' && typeof token === 'string')
      known.plans.push({ task: action.task, chosen: String(body.selected_user_id), token });
    return;
  }
  const task: { id?: string; state?: string; assigned_to?: string } = body?.task ?? body ?? {};
  if ('task' in action && task.state !== undefined) {
    const others = known.held.filter((held) => held.task !== action.task);
    const isHeld = task.state === 'DISPATCHED' || task.state === 'IN_PROGRESS';
    known.held.splice(
      0,
      Infinity,
      ...(isHeld ? [{ task: action.task, user: String(task.assigned_to) }] : []),
      ...others,
    );
  }
  if (action.kind === 'create') add(known.tasks, String(body.id));
  if (action.kind === 'batch') action.drafts.forEach((_, at) => add(known.tasks, String(body.tasks[at]?.id)));
  if (action.kind === 'user') add(known.users, String(body.id));
  if (action.kind === 'asset') add(known.assets, String(body.id));
  if (action.kind === 'absence') known.absences.push({ user: action.user, id: String(body.id) });
  if (action.kind === 'maintenance') known.maintained.push({ asset: action.asset, id: String(body.id) });
};

/** A call in a few words: what it reads or writes, without the tenant. */
const textOf = ({ operation, input }: SdkCall): string => {
  const short = (key: string): string => key.replace(/^T#[^#]*#?/, '').replaceAll('\uffff', '…');
  const named = (key: { PK?: string; SK?: string } | undefined): string => `${short(key?.PK ?? '')} ${key?.SK ?? ''}`;
  const consistency = input.ConsistentRead === true ? '' : ' eventually';
  if (operation.startsWith('TransactWrite')) {
    const items = input.TransactItems as readonly Record<string, { Key?: object; Item?: object }>[];
    const writes = items.map((item): string => {
      const [kind, write] = Object.entries(item)[0] ?? ['', {}];
      return `${kind} ${named(write.Key ?? write.Item)}`;
    });
    return `write ${writes.join(', ')}`;
  }
  if (operation.startsWith('BatchGet')) {
    const [request] = Object.values<{ Keys: object[]; ConsistentRead?: boolean }>(input.RequestItems);
    return `read ${request?.Keys.map(named).join(', ')}${request?.ConsistentRead === true ? '' : ' eventually'}`;
  }
  if (operation === 'Query') {
    const { ':pk': partition = '', ':from': from = '', ':to': to = '' } = input.ExpressionAttributeValues;
    return `query ${short(partition)} from ${from} to ${short(to)}${consistency}`;
  }
  return `read ${named(input.Key)}${consistency}`;
};
