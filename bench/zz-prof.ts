import { openService } from './service.ts';
import { fork } from 'node:child_process';
const s = await openService();
const c = fork('bench/overhead-process.ts', [], {execArgv:['--cpu-prof','--cpu-prof-dir=/tmp/prof','--import','tsx'], stdio:['ignore','ignore','inherit','ipc'], env:{...process.env, LOG_LEVEL:'INFO', LOG_FORMAT:'json'}});
await new Promise(r=>c.once('exit',r));
await s.stop();
