/** What every part of the builder needs, without handing it down by hand. */
import { createContext, useContext } from "react";
import type { Group, Item } from "./model";
import type { Server } from "./server";
import type { Words } from "./words";

export interface Shared {
  words: Words;
  server: Server;
  root: Group;
  counts: Readonly<Record<string, number>>;
  problems: Readonly<Record<string, string>>;
  change: (change: (root: Group) => Group, focus?: string) => void;
  say: (text: string) => void;
}

export const SharedContext = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error("outside the builder");
  return shared;
}

export function useTexts(): Record<string, string> {
  return useShared().words.texts;
}

/** Replaces one item by what it becomes. */
export type Replace<T extends Item> = (item: T) => void;
