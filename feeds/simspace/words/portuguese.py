"""Portuguese. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

PORTUGUESE: Final = Words(
    to="a|ao|até|até ao|até o|à|até à|até a|ate",
    also="e|ou|bem como|e também|&|assim como",
    between="entre",
    first="primeiro|primeira|início|inicial|de|desde|do|da|começo|min",
    last="último|última|ultimo|ultima|fim|final|até|a|ao|max",
    start="de|desde|do|da|com|a partir de|a partir do|por|em|partir de|partir do|partir da|a partir da",
    more="seguintes|próximos|próximas|consecutivos|consecutivas|mais|adicionais",
    onwards="em diante|e seguintes|e posteriores",
    things=(
        "cartão|cartões|sim|sims|chips|chip|unidades|peças|dispositivos|números|contadores|equipamentos"
        "|linhas|medidores|cartoes"
    ),
    sim=("cartão|cartões|número|números|numero|núm|n|nº|no|o|a|os|as|do|da|de|inclusive|chip|iccid|id|num|cartoes"),
    begin="começam|começa|começando|iniciam|iniciados|iniciadas|prefixo|começados|inicia|começadas|comecam",
    every="todos|todas|tudo|toda|todo|cada|qualquer",
    ending="terminam|terminados|terminadas|últimos dígitos|final|termina|acabam",
    but=(
        "exceto|excepto|salvo|menos|à exceção de|à exceção do|com exceção de|com exceção do|mas não|em vez de"
        "|exceção|tirando"
    ),
    aside="sem|além de|fora|para além de|além do",
    no="não|nunca|nenhum|nenhuma|sem|nem|deixaram|parou",
    hit="afetados|afetadas|afectados|impactados|impactadas|envolvidos|atingidos|afetado|afetada|atingidas",
    unhit="ilesos",
    works="funcionam|funciona|ok|operacionais|funcionando|online|funcional|a funcionar",
    fully="bem|de novo|normalmente|corretamente|agora|novamente|sem problemas|perfeitamente",
    other=(
        "pedido|encomenda|fatura|factura|rastreio|rastreamento|envio|pacote|referência|ticket|conta|boleto"
        "|ref|protocolo|recibo|guia|compra|remessa|nif|cnpj|cpf|orçamento"
    ),
    numbered=(
        "cliente|contador|artigo|contrato|série|produto|equipamento|medidor|telefone|dispositivo|processo"
        "|chamado|ocorrência|solicitação|nota|ordem"
    ),
    number="número|números|numero|núm|n|nº|num|é|são|id|nosso|seu|o|a|de|do|da|código",
    count="no total|quantidade|qtd|qtde|quant|número de|total|unidades",
    batch="lote|caixa|partida|remessa|batch",
    series="série|gama|bloco|faixa",
    phone=(
        "senhor|senhora|telefone|tel|telemóvel|celular|fax|ligar|ligue|contacto|contato|contactar|whatsapp|telef|tlm|cel"
        "|fixo|ligue-me|telemovel|plantão"
    ),
    closing=(
        "cumprimentos|com os melhores cumprimentos|melhores cumprimentos|atenciosamente|atentamente|obrigado"
        "|obrigada|saudações|cordialmente|um abraço|abraços|att|cordiais|enviado do meu|desde já"
        "|com os melhores"
    ),
    numerals=(
        "dois 2|três 3|quatro 4|cinco 5|seis 6|sete 7|oito 8|nove 9|dez 10|onze 11|doze 12|treze 13"
        "|catorze 14|quinze 15|dezasseis 16|dezassete 17|dezoito 18|dezanove 19|vinte 20|trinta 30"
        "|quarenta 40|cinquenta 50|sessenta 60|setenta 70|oitenta 80|noventa 90|cem *100|cento *100"
        "|centos *100|centas *100|mil *1000|dúzia *12|duas *2|duzentos *200|duzentas *200|trezentos *300"
        "|trezentas *300|quinhentos *500|quinhentas *500|centena *100"
    ),
    half="meia",
    after="depois|após|atrás",
    excluded="excluído|excluida|excluídos|excluídas|não incluído|exceptuado|excetuado",
)
