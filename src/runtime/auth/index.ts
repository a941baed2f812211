export { generateApiKey, hashApiKey, hintOfApiKey, parseApiKey } from "./api-key.ts";
export {
  type ApiKeyAuthenticator,
  type ApiKeyAuthenticatorOptions,
  createApiKeyAuthenticator,
} from "./api-key-authenticator.ts";
export {
  type ApiKeyHolder,
  type ApiKeyParts,
  type IssuedApiKey,
  issueApiKey,
  rotateApiKey,
} from "./issue-api-key.ts";
