export { quote } from "./default-literal.ts";
export { describeGraphql, MOST_NODES } from "./describe.ts";
export { describeSubgraph, isEntity, MOST_ENTITIES } from "./describe-federation.ts";
export type {
  GraphqlDescription,
  GraphqlEnum,
  GraphqlField,
  GraphqlInput,
  GraphqlInputField,
  GraphqlInterface,
  GraphqlObject,
  GraphqlScalar,
  GraphqlSource,
  GraphqlType,
  GraphqlUnion,
} from "./description.ts";
export { printDescriptionText } from "./print-description.ts";
export { isOwnScalar, SCALAR_TYPES, type ScalarName } from "./scalars.ts";
