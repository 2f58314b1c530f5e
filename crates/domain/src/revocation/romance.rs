//! Spanish, French, Portuguese and Italian. Accents and apostrophes do not matter: `m'écrire` is read as `mecrire`.

use super::grammar::Source;

pub(super) const SOURCES: &[Source] = &[
    Source {
        language: "es",
        classes: &[
            (
                "TEXTS",
                "mensajes|mensaje|mensajitos|textos|sms|mensajes_de_texto|publicidad|promociones|propaganda|spam|\
                 mensajes_publicitarios",
            ),
            (
                "SEND",
                "manden|mande|mandes|envien|envie|envies|escriban|escriba|escribas|contacten|contacte|contactes|\
                 texteen|textee|textees",
            ),
            ("SENDING", "mandarme|enviarme|mandarnos|enviarnos|mandar|enviar"),
            ("THESE", "mas|sus|tus|estos|esos|los|esta|su|tanta|tantos|ningun|mas_de_sus|de_esos"),
            (
                "LIST",
                "lista|listas|lista_de_contactos|lista_de_correo|lista_de_mensajes|base_de_datos|base|sistema|\
                 registros|contactos",
            ),
            ("YOUR", "su|sus|tu|tus|esta|esa|la|vuestra"),
        ],
        before: "hola, buenas, buenos dias, buenas tardes|noches, por favor, porfavor, porfa, xfa, favor de, gracias, \
            no, no gracias, si, ok, disculpe, disculpa, perdon, lo siento, oiga, oye, ya, senor, senora, \
            pueden|puede|puedes|podrian|podria|podrias, les|le|te pido|ruego|dije|pedi|he_dicho|he_pedido que?|de?, \
            ya les|le|te? dije|pedi|he_dicho que?, quiero|necesito|exijo que, no me interesa, \
            no estoy interesado|interesada, quien es|eres|habla, por ultima vez, basta, me, de_una_vez",
        after: "por favor, porfavor, porfa, gracias, muchas gracias, nunca, mas, nunca mas, jamas, otra vez, \
            de nuevo, ya, ahora, ahora mismo, inmediatamente, de inmediato, de una vez, de ustedes, de su parte, \
            a|en este numero, no me interesa, no gracias, disculpe, lo siento, perdon, senor, \
            no estoy interesado|interesada, para siempre, en absoluto",
        because: "no me, no estoy, no soy, no quiero, porque, pq, ya no, ya tengo, es acoso|spam|molesto, \
            o los|le|te, nunca me",
        pauses: "hasta, mientras, a menos que, salvo, excepto, manejando, conduciendo, en el trabajo, trabajando, \
            en una reunion, en junta, dormido, yo te|le|les, te|le|les escribo|aviso|llamo, por ahora, \
            por el momento, esta noche|semana",
        plain: "no me|nos SEND mas|nunca|jamas, no me|nos SEND THESE? TEXTS, \
            no me|nos escriban|escriba|escribas|contacten|contacte|contactes, \
            nunca|jamas mas? me|nos SEND THESE? TEXTS?, \
            no me|nos vuelvan|vuelva|vuelvas a escribir|contactar|textear, \
            no me|nos vuelvan|vuelva|vuelvas a mandar|enviar THESE? TEXTS, \
            dejen|deje|deja|dejad|paren|pare|para de escribirme|contactarme|textearme|escribirnos|contactarnos, \
            dejen|deje|deja|dejad|paren|pare|para de SENDING THESE? TEXTS, dejar|parar de SENDING THESE? TEXTS, \
            dejar|parar de escribirme|contactarme, ya? no quiero|deseo|quisiera recibir THESE? THESE? TEXTS, \
            ya? no quiero|deseo THESE? TEXTS, no quiero|deseo que me SEND mas? TEXTS?, \
            no quiero|deseo ser contactado|contactada, no mas TEXTS, quitenme|quiteme|quitame|saquenme|saqueme|sacame|\
            borrenme|borreme|borrame|eliminenme|elimineme|eliminame|removerme|quitarme|sacarme|borrarme|eliminarme de|\
            del YOUR LIST, quitenme|saquenme|borrenme|eliminenme, quite|quiten|quita|borre|borren|borra|elimine|\
            eliminen|elimina|saque|saquen|saca|quitar|borrar|eliminar mi numero|telefono, quite|quiten|quita|borre|\
            borren|borra|elimine|eliminen|elimina|saque|saquen|saca|quitar|borrar|eliminar mi numero|telefono de|del \
            YOUR? LIST, denme|deme|dame|denos de_baja de|del YOUR LIST, denme|deme|dame de_baja, \
            cancelen|cancele|cancela THESE TEXTS, desuscribanme|desuscribame|desuscribirme de? YOUR? LIST?, \
            revoco|retiro mi consentimiento",
        likely: "dejenme|dejeme|dejame|dejennos|dejenos en_paz|tranquilo|tranquila|solo|sola, \
            no me|nos molesten|moleste|molestes, dejen|deje|deja|paren de molestar|molestarme|acosarme|joder, \
            yo? nunca me suscribi|registre|inscribi|apunte, \
            yo? nunca|no me suscribi|registre|inscribi|apunte a|para esto|eso|estos_mensajes|sus_mensajes, \
            yo? nunca|no les|le|te di mi numero, vayanse|vete|vayase a_la_mierda|al_diablo|al_carajo, \
            no quiero saber nada? de ustedes, quiero|quisiera|deseo darme|dar de_baja",
        wrong: "numero equivocado|incorrecto|erroneo, persona equivocada, \
            se equivoco|equivocaron|equivoca|equivocan|ha_equivocado|han_equivocado de numero|persona, \
            te equivocaste|equivocas|has_equivocado de numero|persona, \
            tiene|tienen|tienes el|un numero equivocado|incorrecto, este|ese es el|un numero equivocado, \
            este|ese no es el numero correcto, este|ese ya? no es su numero, \
            yo? no soy la persona que busca|buscan|buscas, aqui no hay nadie con|de ese|este nombre, \
            no hay nadie con ese nombre aqui?",
        bare: "stop, baja",
    },
    Source {
        language: "fr",
        classes: &[
            (
                "TEXTS",
                "messages|message|sms|textos|texto|pubs|pub|publicites|publicite|spam|spams|messages_publicitaires|\
                 sms_publicitaires|messages_commerciaux",
            ),
            ("DES", "des|de|du|ces|vos|tes|les|aux|avec|vos_propres|de_ces|de_vos|ce|aucun|dautres"),
            ("STOP", "arretez|arrete|cessez|cesse|stoppez|darreter|arreter|cesser|de_cesser"),
            (
                "ME_TEXT",
                "mecrivez|mecris|mecrire|me_contactez|me_contacte|me_contacter|me_textez|me_texte|me_recontactez|\
                 nous_contactez|nous_ecrivez|me_sollicitez",
            ),
            (
                "LIST",
                "liste|listes|listing|fichier|fichiers|base|base_de_donnees|liste_de_diffusion|liste_denvoi|contacts|\
                 repertoire|liste_de_contacts",
            ),
            ("YOUR", "votre|vos|cette|ta|tes|ce|la"),
            ("REMOVE", "retirez|enlevez|supprimez|effacez|otez|rayez|retire|enleve|supprime|efface|sortez"),
            ("REMOVING", "retirer|enlever|supprimer|effacer|oter|rayer"),
        ],
        before: "bonjour, bonsoir, salut, svp, stp, sil vous|te plait, merci, merci de|d, veuillez, non, non merci, \
            oui, ok, pardon, desole, desolee, excusez moi, pouvez|pourriez vous, peux|pourrais tu, \
            je vous|te prie|demande de, je vous ai demande|dit de, pas interesse|interessee, \
            je ne? suis pas interesse|interessee, ca ne? minteresse pas, qui est ce, cest qui, qui etes vous, madame, \
            monsieur, encore une fois, pour la derniere fois, maintenant, stop, je veux|voudrais que vous, a lavenir, \
            je veux|voudrais|souhaite|souhaiterais|desire",
        after: "svp, stp, sil vous|te plait, merci, merci beaucoup|bien, merci davance, immediatement, maintenant, \
            tout de suite, desormais, a lavenir, de votre part, bonne journee|soiree, plus jamais, definitivement, \
            non merci, cordialement, a|sur ce numero, desole, desolee, pas interesse|interessee, \
            je ne? suis pas interesse|interessee, du tout",
        because: "je ne, je suis pas, je nai, jen ai, cest, car, parce que, vous vous, sinon, ca ne, ca suffit, \
            jai deja",
        pauses: "jusqua, jusquau, avant, sauf, pendant, je conduis, en reunion, au travail, \
            je vous|te ecris|ecrirai|rappelle|recontacte|tiens, pour le moment, pour linstant, aujourdhui, ce soir, \
            cette semaine|nuit, je dors",
        plain: "STOP de mecrire|me_contacter|me_texter|nous_contacter|nous_ecrire|me_solliciter|me_spammer, \
            STOP de menvoyer|nous_envoyer|menvoyez DES? TEXTS, STOP DES TEXTS, stop aux TEXTS, \
            ne? ME_TEXT plus|jamais|plus_jamais, ne ME_TEXT pas, ne? pas? ME_TEXT plus, \
            ne? menvoyez|menvoie|menvoyer|nous_envoyez|nous_envoyer|menvoyer plus|pas|jamais|plus_jamais DES? TEXTS, \
            ne? plus menvoyer|mecrire|me_contacter DES? TEXTS?, ne plus recevoir DES? TEXTS, \
            ne plus etre contacte|contactee, \
            je? ne? veux|souhaite|desire|voudrais|souhaiterais plus|pas recevoir DES? TEXTS, \
            je ne? veux|souhaite plus|pas DES TEXTS, \
            je ne? veux|souhaite|desire plus|pas etre contacte|contactee|sollicite|sollicitee, \
            plus|plus_aucun|aucun de? TEXTS, REMOVE moi|nous de YOUR LIST, REMOVE moi de vos|tes TEXTS, \
            REMOVE mon|ce numero, REMOVE mon|ce numero de YOUR LIST, REMOVE moi, me|nous REMOVING, \
            me|nous REMOVING de YOUR LIST, REMOVING mon numero, REMOVING mon numero de YOUR LIST, \
            desabonnez|desinscrivez moi|nous, desabonnez|desinscrivez moi|nous de|des YOUR? LIST|TEXTS|ca|tout, \
            me desabonner|desinscrire, me desabonner|desinscrire de|des YOUR? LIST|TEXTS|ca|tout, \
            je me desabonne|desinscris, oubliez|oublie mon numero, je retire|revoque|annule mon consentement",
        likely: "laissez|laisse moi|nous tranquille|tranquilles|en_paix, foutez|fous|fichez|fiche moi|nous la paix, \
            allez vous faire foutre|voir, va te faire foutre|voir, \
            je ne? me suis jamais inscrit|inscrite|abonne|abonnee, \
            je ne? me suis jamais|pas inscrit|inscrite|abonne|abonnee a ca|cela|ces_messages, \
            je nai jamais donne mon numero, STOP de me|nous harceler|deranger|embeter|emmerder, \
            ne me|nous derangez|derange plus, degage, degagez",
        wrong: "mauvais|faux numero, mauvaise personne, erreur de numero|destinataire|personne, \
            cest un|le? mauvais|faux numero, vous|tu avez|as|etes|faites|fais un|le|au? mauvais|faux numero, \
            vous vous etes trompe|trompes|trompee de numero|personne, vous vous trompez de numero|personne, \
            tu te trompes de numero|personne, tu tes trompe|trompee de numero|personne, ce nest pas le bon numero, \
            ce nest plus|pas son numero, je ne suis pas la personne que vous cherchez|recherchez, \
            il ny a personne de ce nom ici?, personne de ce nom ici?",
        bare: "stop, stop sms, desabonnement",
    },
    Source {
        language: "pt",
        classes: &[
            (
                "TEXTS",
                "mensagens|mensagem|sms|torpedos|textos|propaganda|propagandas|publicidade|spam|promocoes|msg|msgs",
            ),
            ("SEND", "mande|mandem|manda|mandar|envie|enviem|envia|enviar"),
            ("TEXT", "escreva|escrevam|escreve|contate|contatem|contacte|contactem|contata"),
            ("SENDING", "mandar|enviar|me_mandar|me_enviar|mandar_me|enviar_me"),
            ("THESE", "mais|suas|essas|estas|as|nenhuma|de_suas|mais_nenhuma|qualquer|tanta"),
            (
                "LIST",
                "lista|listas|cadastro|base|base_de_dados|sistema|lista_de_contatos|lista_de_contactos|\
                 lista_de_transmissao|contatos|contactos",
            ),
            ("YOUR", "sua|suas|seu|seus|desta|dessa|da_sua|da_tua|do_seu|dos_seus|vossa|da_vossa"),
            (
                "REMOVE",
                "tire|tira|tirem|remova|remove|removam|retire|retira|retirem|exclua|exclui|excluam|apague|apaga|\
                 apaguem|delete|deleta|elimine|eliminem",
            ),
        ],
        before: "ola, oi, bom dia, boa tarde|noite, por favor, pf, pfv, favor, por gentileza, obrigado, obrigada, \
            nao, nao obrigado|obrigada, sim, ok, desculpe, desculpa, senhor, senhora, pode|podem|poderia|poderiam, \
            voce|voces pode|podem|poderia|poderiam, ja pedi|disse|falei para|pra|que?, eu pedi|disse para|que, \
            quero|gostaria que, nao tenho|estou interesse|interessado|interessada, nao me interessa, sem interesse, \
            quem e, quem fala, pela ultima vez, chega, basta, eu, ja",
        after: "por favor, pf, pfv, por gentileza, obrigado, obrigada, nunca, mais, nunca mais, jamais, de novo, \
            outra vez, ja, agora, imediatamente, de vez, de voces, da sua parte, para|pra|neste|nesse este? numero, \
            nao tenho interesse, nao me interessa, nao estou interessado|interessada, desculpe, grato, grata",
        because: "nao tenho, nao sou, nao estou, nao quero, porque, pq, ja tenho, e spam|assedio, senao vou, ou vou, \
            nunca me",
        pauses: "ate, enquanto, a menos que, exceto, salvo, dirigindo, no trabalho, trabalhando, em reuniao, \
            numa reuniao, dormindo, eu te|lhe, te aviso|ligo|mando, por enquanto, por agora, hoje, \
            esta|essa semana|noite",
        plain: "nao me|nos? SEND mais, nao me|nos SEND THESE? THESE? TEXTS, nao SEND mais TEXTS, nao me|nos TEXT, \
            nunca mais? me TEXT|SEND THESE? TEXTS?, nao SEND mais TEXTS para|pra mim, \
            pare|parem|para|parar de SENDING THESE? TEXTS, pode|podem parar de SENDING THESE? TEXTS, \
            pare|parem|para|parar de me? escrever|contatar|contactar|escrever_me|contactar_me me?, \
            nao quero|desejo|gostaria_de mais? receber THESE? THESE? TEXTS, nao quero|desejo mais? THESE? TEXTS, \
            nao quero|desejo que me SEND|TEXT|mandem|enviem mais? TEXTS?, \
            nao quero|desejo mais? ser contatado|contatada|contactado|contactada, me REMOVE da|de|do YOUR? LIST, \
            REMOVE me da|de|do YOUR? LIST, me REMOVE YOUR LIST, REMOVE me YOUR LIST, me REMOVE, \
            REMOVE o? meu numero|telefone|contato|contacto, \
            REMOVE o? meu numero|telefone|contato|contacto da|de|do? YOUR? LIST, \
            tirar|remover|retirar|excluir o? meu numero|telefone, \
            me tirar|remover|retirar|excluir da|de|do? YOUR? LIST, me descadastre|descadastra|descadastrem, \
            descadastre|descadastra|descadastrem me|meu_numero, quero|gostaria_de me? descadastrar me?, \
            revogo|retiro o? meu consentimento",
        likely: "me deixa|deixe|deixem em_paz, deixe|deixem|deixa me em_paz, \
            pare|parem|para de me? encher|incomodar|perturbar|importunar me?, nunca|nao me cadastrei|inscrevi, \
            nunca|nao me cadastrei|inscrevi nisso|nisto|para_isso|pra_isso|nessa_lista, nunca dei o? meu numero, \
            nao dei o? meu numero para|pra|a voces, nao me incomode|incomodem|perturbe|perturbem, chega de TEXTS, \
            vai|va se_foder|a_merda",
        wrong: "numero errado, pessoa errada, e|este_e|esse_e|aqui_e o? numero errado, \
            voce|voces tem|esta_com|estao_com|pegou|ligou_para|mandou_para o? numero errado, \
            voce errou|se_enganou o|de|no? numero|pessoa, este|esse nao e mais? o? numero dele|dela, \
            eu? nao sou a pessoa que voce? procura|procuram, nao tem|ha ninguem com|de|chamado esse|este nome aqui?, \
            este|esse nao e o numero certo",
        bare: "stop, descadastrar",
    },
    Source {
        language: "it",
        classes: &[
            ("TEXTS", "messaggi|messaggio|sms|messaggini|pubblicita|spam|promozioni|messaggi_pubblicitari"),
            (
                "SEND",
                "mandatemi|mandarmi|inviatemi|inviarmi|mi_mandate|mi_mandi|mi_inviate|mi_invii|mi_mandare|mandateci|\
                 inviateci",
            ),
            (
                "TEXT",
                "scrivetemi|scrivermi|contattatemi|contattarmi|mi_scrivete|mi_scriva|mi_contattate|mi_contatti|\
                 mi_scrivere|scriveteci|contattateci|messaggiatemi",
            ),
            ("THESE", "i|altri|dei|questi|i_vostri|vostri|i_suoi|suoi|i_tuoi|piu|alcun|altra|la_vostra|di_questi"),
            ("LIST", "lista|elenco|liste|rubrica|database|mailing_list|lista_contatti|lista_di_contatti|contatti"),
            ("FROM", "dalla|dal|dallelenco|dai|da"),
            ("YOUR", "vostra|vostro|sua|suo|tua|questa|questo|vostri|tuoi"),
            (
                "REMOVE",
                "toglietemi|togliemi|toglimi|mi_tolga|cancellatemi|cancellami|mi_cancelli|rimuovetemi|rimuovimi|\
                 mi_rimuova|eliminatemi|eliminami|depennatemi|togliermi|cancellarmi|rimuovermi",
            ),
        ],
        before: "ciao, salve, buongiorno, buonasera, buon giorno, per favore|piacere|cortesia, prego, grazie, no, \
            no grazie, si, ok, scusi, scusate, scusa, signore, signora, potete|potreste|puo|potrebbe|puoi, \
            vi|le|ti prego|chiedo di, vi|le|ti ho chiesto|detto di, non mi interessa, \
            non sono interessato|interessata, chi e|siete|sei, per lultima volta, basta, ora, adesso, \
            voglio|vorrei che, vi ho gia detto|chiesto di",
        after: "per favore|piacere|cortesia, grazie, grazie mille, mai, piu, mai piu, di nuovo, ancora, ora, adesso, \
            subito, immediatamente, per sempre, da parte vostra, a questo numero, non mi interessa, \
            non sono interessato|interessata, no grazie, scusate, scusi, saluti",
        because: "non mi, non sono, non voglio, perche, ho gia, e spam|molesto, o vi, altrimenti",
        pauses: "fino a, finche, mentre, tranne, salvo, sto guidando, al lavoro, in riunione, \
            vi|ti|le scrivo|faccio|chiamo, per ora, per il momento, oggi, stasera, questa settimana",
        plain: "non TEXT piu|mai_piu|mai, non TEXT, non SEND THESE? TEXTS, non SEND piu THESE? TEXTS, \
            non SEND piu niente, smettete|smettetela|smettila|smetti|smetta|smetterla|smettere|finitela di scrivermi|\
            contattarmi|messaggiarmi|scriverci, smettete|smettetela|smettila|smetti|smetta|smetterla|smettere|\
            finitela di mandarmi|inviarmi|mandare|inviare THESE? TEXTS, \
            non voglio|desidero|vorrei piu? ricevere THESE? THESE? TEXTS, non voglio|desidero piu? THESE? TEXTS, \
            non voglio|desidero piu? essere contattato|contattata, basta TEXTS, basta con THESE? TEXTS, \
            REMOVE FROM YOUR? LIST, toglietemi|cancellatemi|rimuovetemi|eliminatemi, cancellate|cancella|cancelli|\
            cancellare|eliminate|elimina|rimuovete|rimuovi|togliete|togli il mio numero|telefono, cancellate|cancella|\
            cancelli|cancellare|eliminate|elimina|rimuovete|rimuovi|togliete|togli il mio numero|telefono FROM YOUR? \
            LIST, disiscrivetemi|disiscrivimi FROM? YOUR? LIST?, voglio|vorrei disiscrivermi, \
            revoco|ritiro il mio consenso",
        likely: "lasciatemi|lasciami|mi_lasci|lasciateci in_pace|stare|tranquillo|tranquilla, \
            smettete|smettetela|smettila di disturbarmi|infastidirmi|rompere|tormentarmi, \
            non disturbatemi|mi_disturbate|mi_disturbi|disturbarmi, \
            non mi sono mai? iscritto|iscritta|registrato|registrata, \
            non mi sono mai? iscritto|iscritta|registrato|registrata a questo|questi_messaggi|niente|questo_servizio, \
            vaffanculo, andate a quel paese, non vi ho mai? dato il mio numero, non ho mai dato il mio numero",
        wrong: "numero sbagliato|errato, persona sbagliata, ha|hai|avete sbagliato il? numero|persona, \
            avete|ha|hai il numero sbagliato, e il numero sbagliato, questo e il numero sbagliato, \
            questo non e piu? il suo numero, questo non e il numero giusto, \
            non sono la persona che cercate|cerca|cerchi|state_cercando, \
            non ce nessuno con|di questo|quel|quello nome qui?, qui non ce nessuno con quel|questo nome",
        bare: "stop, disiscrizione",
    },
];
