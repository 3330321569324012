/** What a map has under a key. Where that is nothing, what is made is put there, as the maps of later ECMAScript do (`getOrInsertComputed`). */
export function getOrInsert<K, V extends object>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}
