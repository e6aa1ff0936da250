"""From rows to lines of styled text, wrapped to a width; pure, so that lines can be kept until a row changes."""
