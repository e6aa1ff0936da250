/** Which way a text runs. A browser's own `dir="auto"` takes minutes in a field with megabytes of text. */

const LETTER = /\p{L}/u;
const FROM_THE_RIGHT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** The first letters decide; who begins with more signs than this writes no language. */
const LOOKED_AT = 2_000;

export function directionOf(text: string): "ltr" | "rtl" {
  const first = LETTER.exec(text.slice(0, LOOKED_AT))?.[0] ?? "";
  return FROM_THE_RIGHT.test(first) ? "rtl" : "ltr";
}
