/** Nouns whose plural no rule gives. Authors override the rest with `plural`. */
const IRREGULAR: Readonly<Record<string, string>> = {
  analysis: "analyses",
  axis: "axes",
  basis: "bases",
  child: "children",
  crisis: "crises",
  criterion: "criteria",
  datum: "data",
  diagnosis: "diagnoses",
  foot: "feet",
  goose: "geese",
  half: "halves",
  hypothesis: "hypotheses",
  index: "indexes",
  knife: "knives",
  leaf: "leaves",
  life: "lives",
  loaf: "loaves",
  man: "men",
  medium: "media",
  mouse: "mice",
  person: "people",
  phenomenon: "phenomena",
  prognosis: "prognoses",
  quiz: "quizzes",
  self: "selves",
  shelf: "shelves",
  synopsis: "synopses",
  thesis: "theses",
  tooth: "teeth",
  wife: "wives",
  wolf: "wolves",
  woman: "women",
};

/** Words in -o that take -es; the rest (photo, memo, video) take -s. */
const ES_AFTER_O = new Set([
  "cargo",
  "echo",
  "embargo",
  "hero",
  "mango",
  "potato",
  "tomato",
  "torpedo",
  "veto",
]);

/** English plural of a camelCase noun, by its last word: `category` → `categories`, `salesPerson` → `salesPeople`. */
export function pluralOf(name: string): string {
  const start = /[A-Z][a-z0-9]*$/.exec(name)?.index ?? 0;
  const word = name.slice(start);
  const plural = pluralOfWord(word.toLowerCase());
  const capital = word.charAt(0);
  return name.slice(0, start) + capital + plural.slice(1);
}

function pluralOfWord(word: string): string {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word]!;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/(s|x|z|ch|sh)$/.test(word) || ES_AFTER_O.has(word)) return `${word}es`;
  return `${word}s`;
}
