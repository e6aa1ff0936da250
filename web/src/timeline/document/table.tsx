/** A table of a message: it scrolls in a box of its own, and a huge one is shown in part. */
import { useState } from "preact/hooks";
import type { Table } from "../../boundary/types";
import { Button } from "../../ui/button";
import { counted, t } from "../../words";
import { Inlines } from "./inlines";

const SHOWN_ROWS = 100;

export function TableView({ table }: { table: Table }) {
  const [isWhole, setWhole] = useState(false);
  const rows = isWhole ? table.rows : table.rows.slice(0, SHOWN_ROWS);
  const side = (column: number) => `to-${table.align[column] || "start"}`;
  return (
    <div class="table-box">
      <div class="scroll" role="group" aria-label={t("ui.timeline.table")} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {table.head.map((cell, column) => (
                <th key={column} class={side(column)} scope="col" dir="auto">
                  <Inlines of={cell} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, place) => (
              <tr key={place}>
                {row.map((cell, column) => (
                  <td key={column} class={side(column)} dir="auto">
                    <Inlines of={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length < table.rows.length && (
        <Button look="plain" onClick={() => setWhole(true)}>
          {counted("ui.timeline.all_rows", table.rows.length)}
        </Button>
      )}
    </div>
  );
}
