import { signal } from '@preact/signals';

const said = signal('');

/** Says a sentence to whoever listens instead of looking. */
export const announce = (sentence: string): void => {
  // The same sentence twice is two events.
  said.value = said.value === sentence ? `${sentence}\u00A0` : sentence;
};

export const Announcer = () => (
  <div class="unseen" role="status" aria-live="polite" data-testid="announcer">
    {said.value}
  </div>
);
