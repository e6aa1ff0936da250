/** Buttons: with words, or with an icon alone and its words as a label and a tip. */
import type { IconNode } from "lucide";
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { Icon } from "./icon";

type Native = ButtonHTMLAttributes<HTMLButtonElement>;

interface ButtonProps extends Native {
  look?: "main" | "plain" | "bad" | "normal";
  icon?: IconNode;
  children: ComponentChildren;
}

export function Button({ look = "normal", icon, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} class={`button ${look} ${rest.class ?? ""}`}>
      {icon !== undefined && <Icon of={icon} size={16} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconNode;
  label: string;
  size?: number;
}

export function IconButton({ icon, label, size = 18, type = "button", ...rest }: IconButtonProps) {
  return (
    <button {...rest} type={type} class={`icon-button ${rest.class ?? ""}`} aria-label={label} title={label}>
      <Icon of={icon} size={size} />
    </button>
  );
}
