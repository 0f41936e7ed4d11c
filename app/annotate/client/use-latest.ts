import { useInsertionEffect, useRef, type MutableRefObject } from "react";

/**
 * The value of the last render that reached the screen, for handlers outside React. Set at commit: a render that React
 * began and threw away must not decide what a key does.
 */
export function useLatest<T>(value: T): MutableRefObject<T> {
  const ref = useRef(value);
  useInsertionEffect(() => {
    ref.current = value;
  });
  return ref;
}
