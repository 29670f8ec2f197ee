"""French. Pure data; the fields are explained in language.py."""

from typing import Final

from feeds.simspace.words.language import Words

FRENCH: Final = Words(
    to=(
        "à|a|au|jusqu ' à|jusqu ’ à|jusqu ' au|jusqu ’ au|jusqu ' a|jusque|jusqu à|jusqu au|jusqu|à la"
        "|jusqu ' à la|au n|aux"
    ),
    also="et|ainsi que|ou|et aussi|&|puis",
    between="entre",
    first="premier|première|premiere|début|debut|de|du|depuis|départ|min|premiers",
    last="dernier|dernière|derniere|fin|à|au|jusqu|max",
    start="de|du|depuis|avec|à partir de|à partir du|par|dès|partir de|partir du|à|au",
    more=("suivantes|suivants|prochaines|prochains|consécutives|consécutifs|suivant|suivante|supplémentaires|autres"),
    onwards="et suivantes|et suivants|et au-delà|et plus|et suiv",
    things=(
        "carte|cartes|sim|puces|puce|pièces|pcs|unités|appareils|numéros|compteurs|lignes|équipements"
        "|boîtiers|balises|abonnements|terminaux"
    ),
    sim=("carte|cartes|puce|numéro|numéros|n|no|nº|n°|num|la|le|les|l|du|de|des|au|inclus|incluse|id|série|iccids"),
    begin=("commençant|commencent|commence|débutant|débutent|préfixe|débute|débutants|commencant|commençants|prefixe"),
    every="tous|toutes|tout|toute|chaque|ensemble|intégralité",
    ending="terminant|finissant|finissent|terminent|derniers chiffres|se terminant|termine|finit",
    but=(
        "sauf|excepté|exceptée|à l ' exception de|à l ' exception du|à l ’ exception de|à l ’ exception du"
        "|hormis|mais pas|au lieu de|exclus"
    ),
    aside="hors|sans|à part|outre|en plus de|en dehors de|mis à part",
    no="pas|ne|non|aucun|aucune|jamais|plus|sans|n|ni",
    hit=(
        "concernées|concernés|touchées|touchés|affectées|affectés|impactées|impactés|impactée|concernée"
        "|touchée|affectée"
    ),
    unhit="indemnes|épargnées",
    works=(
        "fonctionnent|fonctionne|marchent|marche|ok|opérationnelles|en ligne|opérationnels|opérationnel"
        "|opérationnelle|fonctionnelles"
    ),
    fully="bien|à nouveau|normalement|correctement|de nouveau|parfaitement|sans problème",
    other=(
        "commande|facture|colis|expédition|référence|ticket|compte|réf|devis|virement|réservation|iban|siret"
        "|siren|tva|bordereau|imei"
    ),
    numbered=(
        "client|compteur|article|contrat|série|produit|appareil|matériel|équipement|téléphone|dossier|demande"
        "|réclamation|suivi|envoi|bon|livraison"
    ),
    number="numéro|numéros|n|no|nº|n°|num|est|sont|id|notre|votre|le|la|de|du|d|code",
    count="au total|en tout|nombre|quantité|qté|nb|total|qte",
    batch="lot|boîte|carton|livraison|batch",
    series="série|plage|bloc|tranche",
    phone=(
        "appelant|mme|monsieur|madame|joignez|joint|téléphone|tél|tel|portable|mobile|fax|appeler|appelez|joindre|joignable|rappeler"
        "|contact|contacter|standard|ligne directe|gsm|fixe|astreinte|appeller"
    ),
    closing=(
        "cordialement|bien cordialement|salutations|bien à vous|sincères|meilleures salutations|merci,"
        "|merci d'avance|merci d’avance|respectueusement|veuillez agréer|bonne journée|amicalement"
        "|très cordialement|avec mes|cdlt|cdt,|envoyé de mon|bonne réception"
    ),
    numerals=(
        "deux 2|trois 3|quatre 4|cinq 5|six 6|sept 7|huit 8|neuf 9|dix 10|onze 11|douze 12|treize 13"
        "|quatorze 14|quinze 15|seize 16|dix-sept 17|dix-huit 18|dix-neuf 19|vingt 20|trente 30|quarante 40"
        "|cinquante 50|soixante 60|soixante-dix 70|quatre-vingts 80|quatre-vingt-dix 90|cent *100|cents *100"
        "|mille *1000|douzaine *12|dizaine *10|vingtaine *20|cinquantaine *50|centaine *100"
    ),
    half="demi",
    after="après|ensuite|derrière",
    excluded="exclu|exclue|exclus|exclues|non compris|non comprise|excepté|excepte|exceptée",
)
