/**
 * Every limit of the service, once. The schemas, the pipeline, the OpenAPI document and the docs read it from here.
 * Sizes are in bytes, lengths in UTF-16 code units, times in milliseconds unless the name says otherwise.
 */
export const LIMITS = {
  /** A request body. Below the 6 MB that Lambda takes, with room for the event around it. */
  bodyBytes: 4 * 1024 * 1024,
  /** The same of the routes of identity, which take short texts only. */
  identityBodyBytes: 16 * 1024,
  /** Nesting of a JSON body, counted in arrays and objects. */
  jsonDepth: 32,
  /**
   * Arrays, objects, names and texts of a JSON body. Each costs up to a microsecond to build, however short it is: with
   * a million of them a body of 4 MB would take seconds. An item of the table has no room for so many.
   */
  jsonParts: 100_000,
  /** One item of the table (DynamoDB: 400 KB). */
  itemBytes: 400 * 1024,
  /** All items of one transaction (DynamoDB: 4 MB). */
  transactionBytes: 4 * 1024 * 1024,
  /** Actions of one transaction (DynamoDB: 100). */
  transactionActions: 100,
  /** An answer as Lambda hands it on, a JSON text within JSON (Lambda: 6 MB), less room for its headers. */
  answerBytes: 6 * 1024 * 1024 - 64 * 1024,
  /** Tasks of a batch: the actions of one transaction, less the record of the batch. */
  batchTasks: 99,
  /** Problems of one body that its answer lists. With the lengths cut, 99 bad items fit into an answer of Lambda. */
  problemsListed: 50,
  problemText: 300,
  pageDefault: 50,
  pageMax: 200,
  name: 200,
  shortName: 100,
  code: 50,
  key: 100,
  description: 4_000,
  note: 2_000,
  comment: 10_000,
  url: 2_048,
  reference: 200,
  areaCode: 100,
  geometryText: 50_000,
  checklistEntries: 200,
  /** Minutes that a task holds before its planned window, and after it: a day. */
  bufferMinutes: 1_440,
  assetsPerTask: 10,
  attachmentsAtCreation: 50,
  attachmentsPerTask: 500,
  candidates: 1_000,
  /** Of a plan: its tasks, the people among whom they are given out, and how long it is kept. */
  planTasks: 2_000,
  planCandidates: 500,
  planHours: 72,
  /** For how long a plan may be made (Lambda: 15 minutes). */
  planMinutes: 15,
  /** Users looked through for one who is free instead. */
  usersSuggestedFrom: 200,
  /** Windows in one view of a calendar, those of a whole board, and the days that either may span. */
  calendarWindows: 1_000,
  boardWindows: 5_000,
  calendarDays: 366,
  boardUsers: 100,
  /** Users times days of a board: a hundred users for five weeks. */
  boardUserDays: 3_500,
  /** Of calendar feeds: how many a user has, the days back and the events that each shows, how often to ask for it again. */
  feedsPerUser: 10,
  feedDaysBack: 30,
  feedEvents: 500,
  feedRefreshMinutes: 15,
  /** Windows that a refusal lists as standing in the way. */
  conflictsListed: 100,
  /** Of these, those that the answer of an auto-dispatch lists for each candidate. */
  conflictsPerCandidate: 5,
  strategies: 100,
  /** A plan token: some fifty bytes a candidate, sealed; ids that name nobody may be longer. */
  planToken: 300_000,
  /** How long an absence that was removed stays behind for its event. */
  removedAbsenceHours: 24,
  /** Candidates after the winner for whom the smallest turning change is computed. */
  flips: 5,
  /** What a calendar remembers to have been taken last, to explain a stale plan. */
  recentTakings: 8,
  /** Candidates as good as one whom a rival was faster to take, who are read again with that one. */
  equalsReadAgain: 25,
  /** Scores that the history keeps of an auto-dispatch. */
  scoresKept: 50,
  /** Org units a user may belong to: they are part of the calendar item, which every dispatch reads. */
  membershipsPerUser: 100,
  /** Qualifications of a user: part of the calendar item, too. */
  qualificationsPerUser: 100,
  /** Qualifications that a request, a template or a task type demands. */
  qualificationsRequired: 20,
  rolesPerUser: 50,
  /** Org units above one another, where one is moved: each is read on the way up. */
  orgUnitDepth: 50,
  /** Attempts to sign in with one name from one address in a window of time; the next has to wait for its end. */
  signInAttempts: 10,
  signInWindowSeconds: 300,
  /** Of working hours. They stand in the calendar, which every decision about a person reads whole. */
  weeklyIntervals: 21,
  intervalsPerDay: 6,
  hoursExceptions: 60,
  /** Held tasks that a change takes the ground from: how many are listed, and among how many windows they are sought. */
  affectedListed: 100,
  affectedSearched: 1_000,
  /** Days for which the audit trail is kept; a stage may say less or more. */
  auditDays: 400,
  auditDaysMost: 3_650,
  /** Of a field of the trail, as JSON text: two of each field fit into an item. */
  auditedText: 2_048,
  username: 100,
  passwordMin: 6,
  passwordMax: 128,
  idempotencyKey: 255,
  idempotencyHours: 24,
  /** The compressed answer that an idempotency record keeps: an item, less its other attributes. */
  keptAnswerBytes: 390 * 1024,
} as const;

/** What a tenant may use beyond its share of an instance before it is throttled, and how many tenants are counted. */
export const TENANT_SHARE = { creditMs: 10_000, tenants: 1_000 } as const;

/** Bounds of the optimistic retry: about six seconds at the most, well inside the 29 s of API Gateway. */
export const RETRY = { attempts: 30, baseMs: 8, capMs: 400, retryAfterSeconds: 1 } as const;
