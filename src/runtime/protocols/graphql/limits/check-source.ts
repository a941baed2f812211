import { type GraphQLFormattedError, Lexer, Source, TokenKind } from "graphql";
import type { GraphqlLimitsModel } from "../../../../contract/model/model.ts";
import { tooComplex } from "./too-complex.ts";

/** Brackets of all kinds inside each other. The parser calls itself for each, and the stack has an end. */
const MAX_NESTING = 200;

/**
 * Holds a source text to its number of tokens and to how deep its brackets nest, before it is parsed. Linear, and ends at
 * the first token too many. What cannot be read is left to the parser to tell.
 */
export function checkSource(
  source: string,
  { maxTokens }: Pick<GraphqlLimitsModel, "maxTokens">,
): readonly GraphQLFormattedError[] {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  let nesting = 0;
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      const location = { line: token.line, column: token.column };
      if (++tokens > maxTokens) {
        const message = `The document has more than ${maxTokens} tokens.`;
        return [tooComplex({ limit: "maxTokens", max: maxTokens, message, location })];
      }
      if (OPENING.has(token.kind) && ++nesting > MAX_NESTING) {
        const message = `The document nests brackets more than ${MAX_NESTING} deep.`;
        return [tooComplex({ limit: "nesting", max: MAX_NESTING, message, location })];
      }
      if (CLOSING.has(token.kind)) nesting--;
    }
  } catch {
    return [];
  }
  return [];
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);
