/** How the gRPC family offers a whole api. */
export interface RpcOptions {
  /**
   * Who may ask a server what services, methods and messages there are (gRPC server reflection): `dev` only while developing.
   * Default `dev`.
   */
  readonly reflection?: "dev" | "always" | "never";
}
