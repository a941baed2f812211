/** An answer that is right as long as its entity tag is. */
export interface CachedAnswer {
  readonly etag: string;
  readonly text: string;
}

/** Answers by what was asked and who asked; the one that was not used for longest goes first. */
export interface AnswerCache {
  get(key: string): CachedAnswer | undefined;
  set(key: string, answer: CachedAnswer): void;
  delete(key: string): void;
}

/** Makes a cache that holds at most so many answers, and so many characters of them and their keys. */
export function createAnswerCache(limits: {
  readonly maxEntries: number;
  readonly maxCharacters: number;
}): AnswerCache {
  // A Map keeps the order in which keys were put in.
  const answers = new Map<string, CachedAnswer>();
  let characters = 0;
  const remove = (key: string): void => {
    const answer = answers.get(key);
    if (answer === undefined) return;
    characters -= sizeOf(key, answer);
    answers.delete(key);
  };
  return {
    get(key) {
      const answer = answers.get(key);
      if (answer !== undefined) {
        answers.delete(key);
        answers.set(key, answer);
      }
      return answer;
    },
    set(key, answer) {
      remove(key);
      if (sizeOf(key, answer) > limits.maxCharacters || limits.maxEntries === 0) return;
      answers.set(key, answer);
      characters += sizeOf(key, answer);
      for (const oldest of answers.keys()) {
        if (answers.size <= limits.maxEntries && characters <= limits.maxCharacters) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
}

function sizeOf(key: string, { etag, text }: CachedAnswer): number {
  return key.length + etag.length + text.length;
}
