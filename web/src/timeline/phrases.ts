/** What a row says, in the language of the page where the client core told it as a sentence. */
import type { Row } from "../boundary/types";
import { said } from "../words";

export const titleOf = (row: Row): string => said(row.title_words, row.title ?? "");
export const detailOf = (row: Row): string => said(row.detail_words, row.detail ?? "");
export const textOf = (row: Row): string => said(row.text_words, row.text ?? "");
