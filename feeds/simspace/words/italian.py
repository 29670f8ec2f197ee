"""Italian. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

ITALIAN: Final = Words(
    to="a|al|alla|fino a|fino al|fino alla|sino a|sino al|a tutto il",
    also="e|ed|o|oppure|nonché|e anche|&",
    between="tra|fra|compresi tra|comprese tra|comprese fra|compresi fra",
    first="primo|prima|inizio|iniziale|da|dal|dalla|partenza|min",
    last="ultimo|ultima|fine|finale|a|al|fino a|max",
    start="da|dal|dalla|con|a partire da|a partire dal|per|partire da|partire dal|partire dalla",
    more="successive|successivi|seguenti|prossime|prossimi|consecutive|consecutivi|ulteriori",
    onwards="in poi|e seguenti|in avanti|e successive",
    things="scheda|schede|sim|carte|pezzi|pz|unità|dispositivi|numeri|contatori|apparati|utenze|linee|tracker",
    sim=(
        "scheda|schede|carta|numero|numeri|num|n|nr|il|la|lo|le|i|di|del|della|compreso|inclusa|incluso|iccid"
        "|seriale|id"
    ),
    begin="iniziano|inizia|iniziante|inizianti|cominciano|comincia|prefisso|partono|iniziando",
    every="tutte|tutti|tutta|tutto|ogni|qualsiasi",
    ending="finiscono|terminano|terminanti|ultime cifre|finali|termina|finisce",
    but=(
        "tranne|eccetto|salvo|escluso|esclusa|escluse|esclusi|ad eccezione di|ad eccezione della"
        "|ad eccezione del|eccetto la|ma non|invece di|anziché|al posto di|tolte|tolta"
    ),
    aside="senza|a parte|oltre a|oltre alla|oltre alle",
    no="non|nessuna|nessun|mai|senza|né|nessuno|più",
    hit="interessate|interessati|coinvolte|coinvolti|colpite|impattate|impattati|interessata|coinvolta",
    unhit="indenni",
    works="funzionano|funziona|ok|operative|operativi|funzionanti|online|vanno|funzionante",
    fully="bene|di nuovo|normalmente|regolarmente|correttamente|ora|perfettamente|senza problemi",
    other=(
        "ordine|fattura|spedizione|pacco|riferimento|ticket|conto|tracciamento|rif|ddt|bolla|acquisto"
        "|prenotazione|protocollo|collo|preventivo|ricevuta|bonifico|iva|piva|tracking"
    ),
    numbered=(
        "cliente|contatore|articolo|contratto|serie|prodotto|dispositivo|telefono|matricola|segnalazione"
        "|pratica|richiesta"
    ),
    number="numero|numeri|num|n|nr|è|sono|id|nostro|vostro|il|la|di|del|codice",
    count="in totale|quantità|qta|qtà|numero di|totale|pezzi|quantita",
    batch="lotto|scatola|partita|cartone|batch",
    series="serie|blocco|intervallo",
    phone=(
        "chiamante|sig|signor|signora|dott|telefono|tel|cellulare|cell|fax|chiamare|chiamate|chiami|chiamatemi|contatto|contattare|contattarmi"
        "|centralino|recapito|richiamare|reperibile|fisso"
    ),
    closing=(
        "cordiali saluti|distinti saluti|saluti|un saluto|cordialmente|grazie,|grazie mille|grazie e"
        "|grazie in anticipo|buona giornata|inviato da|in attesa|buon lavoro"
    ),
    numerals=(
        "due 2|tre 3|quattro 4|cinque 5|sei 6|sette 7|otto 8|nove 9|dieci 10|undici 11|dodici 12|tredici 13"
        "|quattordici 14|quindici 15|sedici 16|diciassette 17|diciotto 18|diciannove 19|venti 20|trenta 30"
        "|quaranta 40|cinquanta 50|sessanta 60|settanta 70|ottanta 80|novanta 90|cento *100|mille *1000"
        "|mila *1000|dozzina *12|decina *10|ventina *20|centinaio *100"
    ),
    half="mezza",
    after="dopo|dietro",
    excluded="esclusa|escluso|escluse|esclusi|non inclusa|non compresa",
)
