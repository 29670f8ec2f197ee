"""The colours. Screens use names of meaning (``$severity-critical``), themes say what they look like."""

from textual.theme import Theme

SEVERITIES = {
    "severity-critical": "#ff6b6b",
    "severity-major": "#ffa552",
    "severity-minor": "#e8cf5a",
    "severity-warning": "#6cb6ff",
    "vip": "#f2c14e",
}
"""What themes that do not say otherwise use."""

DARK = Theme(
    name="vaken-dark",
    primary="#5aa9e6",
    secondary="#6cb6ff",
    accent="#e8cf5a",
    warning="#ffa552",
    error="#ff6b6b",
    success="#6fcf97",
    foreground="#d6dae0",
    background="#0f1318",
    surface="#161b22",
    panel="#1f2630",
    dark=True,
    variables=SEVERITIES,
)

LIGHT = Theme(
    name="vaken-light",
    primary="#0b5cad",
    secondary="#0a66c2",
    accent="#8a6a00",
    warning="#a84f00",
    error="#b3202c",
    success="#1b7a43",
    foreground="#1b2129",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e3e4e0",
    dark=False,
    variables={
        "severity-critical": "#b3202c",
        "severity-major": "#a84f00",
        "severity-minor": "#7a6200",
        "severity-warning": "#0a5bb0",
        "vip": "#8a6a00",
    },
)

THEMES = (DARK, LIGHT)
