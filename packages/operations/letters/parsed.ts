// Dead letters as their messages tell them, for those who have the messages already, and the text of messages.
export { isMessageText, messageText } from "./envelope";
export { eventOf } from "./event";
export type { Reason } from "./letter";
export { letterOf, reasonAttribute } from "./parse";
