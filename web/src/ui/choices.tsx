/** A few choices side by side, of which one holds: radio buttons that look like one control. */

interface Props<T extends string> {
  name: string;
  values: readonly T[];
  value: T;
  label: (value: T) => string;
  /** The id of the element that names them. */
  labelledBy: string;
  onChoose: (value: T) => void;
}

export function Choices<T extends string>({ name, values, value, label, labelledBy, onChoose }: Props<T>) {
  return (
    <div class="choices" role="radiogroup" aria-labelledby={labelledBy}>
      {values.map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === value} onChange={() => onChoose(one)} />
          {label(one)}
        </label>
      ))}
    </div>
  );
}
