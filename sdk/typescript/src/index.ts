/**
 * SDK of the ims APIs. This entry runs wherever there is fetch: Node, browsers, React Native. What needs Node is in "ims-sdk/node".
 */
export {
  type MobileClient,
  type MobileOptions,
  type Page,
  type ServerClient,
  type ServerOptions,
  each,
  mobileClient,
  serverClient,
  value,
} from "./client.js";
export { type FieldError, ImsError } from "./errors.js";
export { type Event, SignatureError, verifyEvent } from "./events.js";
export type * as mobile from "./generated/mobile.js";
export type { components, operations, paths } from "./generated/server.js";
export { type Fetch, type RetryOptions, retrying } from "./retry.js";
export { inSession } from "./session.js";
