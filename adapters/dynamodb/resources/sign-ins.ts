import { attemptsSchema, type Attempts, type SignInChanges, type SignIns } from '../../../core/identity/sign-in.ts';
import { keyOf, putAtVersion, remove, type Writes } from '../actions.ts';
import { find, makeCodec, type Codec, type Reads } from '../codec.ts';
import { signInKey } from '../keys.ts';

const attemptsCodec: Codec<Attempts> = /* @__PURE__ */ makeCodec({ schema: attemptsSchema, key: signInKey });

export const makeSignIns = (reads: Reads): SignIns => ({
  find: (trying) => find(reads, attemptsCodec, signInKey(trying)),
});

export const signInWrites: Writes<SignInChanges> = {
  sign_in_attempted: ({ attempts, seen }) => putAtVersion('attempts', attemptsCodec.toItem(attempts), seen),
  signed_in: ({ attempts }) => remove('attempts', keyOf(attemptsCodec.toItem(attempts))),
};
