/** Arguments of Node.js that a process that serves is started with. */
export declare const FLAGS: readonly string[];
/** What is set in its environment, unless it is set already. */
export declare const SETTINGS: Readonly<Record<string, string>>;
export declare function keepSmall(): void;
