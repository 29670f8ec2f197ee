"""Spanish. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

SPANISH: Final = Words(
    to="a|al|hasta|hasta el|hasta la|a la|hasta llegar a|hasta el número|hasta el numero",
    also="y|e|o|así como|y también|&|además de",
    between="entre",
    first="primero|primera|primer|inicio|inicial|desde|de|del|comienzo|empieza|min",
    last="último|última|ultimo|ultima|fin|final|hasta|a|al|max",
    start="desde|de|del|con|a partir de|a partir del|por|en|partir de|partir del|desde el|desde la",
    more="siguientes|próximas|próximos|consecutivas|consecutivos|más|adicionales|siguiente",
    onwards="en adelante|y siguientes|y posteriores|y sucesivas",
    things=(
        "tarjeta|tarjetas|sim|sims|unidades|piezas|uds|ud|dispositivos|números|contadores|equipos|líneas"
        "|chips|chip|pzas|medidores"
    ),
    sim=(
        "tarjeta|tarjetas|número|números|numero|numeros|núm|n|no|nº|el|la|los|las|del|de|inclusive|chip"
        "|iccids|id|num|ambas"
    ),
    begin=("empiezan|empiezan por|empieza|comienzan|comienza|comenzando|empezando|prefijo|inician|inicia|iniciando"),
    every="todas|todos|toda|todo|cada|cualquier",
    ending=("terminan|terminadas|terminados|acaban|acabadas|terminación|últimos dígitos|terminada|terminado|termina"),
    but=(
        "excepto|salvo|menos|a excepción de|a excepción del|exceptuando|pero no|con excepción de"
        "|con la excepción de|en lugar de|en vez de"
    ),
    aside="sin|aparte de|además de|fuera de",
    no="no|nunca|ninguna|ningún|ninguno|sin|tampoco|ni|dejaron|dejó",
    hit="afectadas|afectados|afectada|afectado|impactadas|implicadas|impactados|afecta|afectan",
    unhit="indemnes",
    works="funcionan|funciona|ok|operativas|operativos|funcionando|en línea|operativa|operativo|andan",
    fully="bien|de nuevo|normalmente|correctamente|con normalidad|perfectamente|ya|sin problemas",
    other=(
        "pedido|factura|seguimiento|envío|paquete|referencia|ticket|cuenta|albarán|ref|guía|presupuesto"
        "|compra|folio|rastreo|recibo|cif|nif|tique|localizador"
    ),
    numbered=(
        "cliente|contador|artículo|contrato|serie|producto|equipo|dispositivo|medidor|teléfono|incidencia"
        "|caso|solicitud|reclamación|expediente|orden"
    ),
    number="número|números|numero|núm|n|no|nº|num|es|son|id|nuestro|su|el|la|de|del|código",
    count="en total|cantidad|cant|unidades|número de|total|uds|nº",
    batch="lote|caja|partida|remesa|batch",
    series="serie|rango|bloque",
    phone=(
        "llamante|sr|sra|señor|señora|teléfono|tel|tfno|móvil|celular|fax|llamar|llame|llámeme|llamarme|contacto|contactar|centralita"
        "|whatsapp|cel|tlf|tlfno|fijo|movil|llámenos|guardia"
    ),
    closing=(
        "saludos|un saludo|saludos cordiales|atentamente|cordialmente|gracias,|muchas gracias|gracias por"
        "|un cordial saludo|reciba un|atte|gracias y|enviado desde mi|un abrazo|quedo a|quedamos a"
    ),
    numerals=(
        "dos 2|tres 3|cuatro 4|cinco 5|seis 6|siete 7|ocho 8|nueve 9|diez 10|once 11|doce 12|trece 13"
        "|catorce 14|quince 15|dieciséis 16|diecisiete 17|dieciocho 18|diecinueve 19|veinte 20|treinta 30"
        "|cuarenta 40|cincuenta 50|sesenta 60|setenta 70|ochenta 80|noventa 90|cien *100|ciento *100"
        "|cientos *100|cientas *100|mil *1000|docena *12|centenar *100|quinientos *500|quinientas *500"
        "|novecientos *900|novecientas *900|setecientos *700|setecientas *700"
    ),
    half="media",
    after="después|tras|detrás",
    excluded="excluida|excluido|excluidas|excluidos|no incluida|no incluido|exceptuada|exceptuado",
)
