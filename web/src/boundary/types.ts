/** The boundary's types, as the gateway's schema writes them. */
export type * from "../../../schemas/typescript/boundary";
