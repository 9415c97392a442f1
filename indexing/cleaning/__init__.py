"""Text as it is stored: broken characters, words cut at line ends and repeated lines are mended. Pure."""
