//! English.

use super::grammar::Source;

pub(super) const SOURCES: &[Source] = &[Source {
    language: "en",
    classes: &[
        ("DONT", "dont|do_not|donot|dnt|never|no_longer"),
        ("STOP", "stop|quit|cease|discontinue|stop_the|quit_the"),
        ("TEXT", "text|txt|message|msg|contact|sms|spam|call_or_text|text_or_call|call_and_text|text_and_call"),
        (
            "TEXTING",
            "texting|txting|texing|messaging|msging|contacting|spamming|calling_and_texting|texting_and_calling|\
             calling_or_texting|texting_or_calling",
        ),
        (
            "TEXTS",
            "texts|txts|text_messages|txt_messages|messages|msgs|sms|smses|sms_messages|promos|promotions|\
             promotional_texts|promotional_messages|marketing|marketing_texts|marketing_messages|spam|spam_texts|ads|\
             text_alerts|automated_texts|automated_messages|campaign_messages",
        ),
        (
            "ME",
            "me|us|this_number|this_phone|this_cell|my_number|my_phone|my_phone_number|my_cell|my_cell_phone|my_mobile",
        ),
        ("MY", "my_number|this_number|my_phone_number|my_cell_number|my_mobile_number|my_phone"),
        (
            "THESE",
            "the|these|this|those|your|ur|all|all_the|all_these|all_your|all_of_these|any|any_more|more|further|\
             stupid|annoying|damn|fucking|unwanted|unsolicited",
        ),
        (
            "LIST",
            "list|lists|mailing_list|mailing_lists|texting_list|text_list|sms_list|contact_list|call_list|\
             calling_list|phone_list|marketing_list|distribution_list|spam_list|database|data_base|system|records|\
             contacts|texts|messages|text_messages|mailings|marketing|sms_marketing",
        ),
        ("REMOVE", "remove|delete|take|get|drop|erase|strike|scratch"),
        ("FROM", "from|off|off_of|of|out_of|on"),
        (
            "YOUR",
            "your|ur|all_your|all_of_your|any_of_your|your_stupid|your_damn|your_fucking|this|these|this_stupid|yours|\
             their|yall's",
        ),
        ("GO", "texts|txts|text_messages|messages|texting|sms|marketing|promotions|future_texts|future_messages"),
    ],
    before: "please, pls, plz, plse, pleas, kindly, just, hi, hello, hey, hi there, hello there, \
        good morning|afternoon|evening|day, ok, okay, k, no, nope, nah, yes, yeah, yea, yep, thanks, thank you, thx, \
        no thanks|thank_you|thx, sorry, im sorry, i am sorry, sir, maam, dude, guys, bro, man, look, listen, \
        seriously, again, once again, omg, wtf, ffs, so, and, then, also, but, now, \
        can|could|will|would you|u|yall|ya, would you be so kind and|to, \
        you|u can|may|need_to|must|have_to|should|guys|people, \
        i|we want|need|ask|request|demand|expect|insist|beg you|u|that_you|yall to?, \
        im|i_am asking|begging|telling you|u to, i|we would|d like|prefer you|u to?, id like|prefer you|u to, \
        i|we have|ve? already? told|asked|said|texted you|u|yall? guys|people|all? to?, \
        ive already? told|asked you|u guys|people? to, i|we keep telling|asking you|u to, i|we already? said, \
        for the * time, i want|need|wish|would_like to, id like to, im|i_am not interested, we_are not interested, \
        not interested, no interest, i have no interest, not interested at all, who is|are this|you|u, whos this, \
        who dis, new phone, i told you|u, i said, im|i_am a? minor, i do_not|dont know you|u|who_this_is|who_you_are, \
        i do_not|dont know who this is, this is harassment|spam, \
        i do_not|dont want this|these|it|them|any|any_of_this|anything|that, to whom it may concern, \
        do_me_a_favor and?, i am|was serious, im serious, yo, excuse me, pardon, with all due respect, \
        let me be clear, final|last warning",
    after: "please, pls, plz, thanks, thank you, thx, thank u, ty, again, anymore, any more, ever, ever again, never, \
        now, right now, already, immediately, immediatly, asap, at once, for good, forever, permanently, completely, \
        entirely, at all, period, full stop, from now on, going forward, effective immediately, effective today, sir, \
        maam, guys, dude, bro, man, ok, okay, k, yall, you guys|people, fuck|damn you, wtf, ffs, \
        will|would|can|could you|u, or else, in the future, in future, if you|u would|could|can, and thank you, \
        and thanks, have a good|nice|great|blessed day|one|evening, god bless, first and final warning, \
        this is my? last|final warning, goodbye, bye, got it, understood, sorry, sorry about that, im sorry, \
        to|on|at this number|phone, to|on|at my number|phone|cell, to me, \
        from you|yall|this_number|your_company|your_business, effective now, too, also, i am|was serious, im serious, \
        wrong number, not interested, im|i_am not interested, we_are not interested, no thanks, \
        i do_not|dont want this|these|it|them|any|any_of_this|anything, my number, this is harassment|spam, \
        with this|these|this_shit|this_crap|this_stuff|this_nonsense",
    because: "im, i am, i dont, i do not, i didnt, i did not, i never, i have no, i have never, i have already, ive, \
        i already, i no longer, i hate, i cant, i moved, i have moved, i live, i found, i bought, i got another, \
        we are, were not, we dont, we do not, we have, because, bc, cuz, coz, since i|we, as i|we, you are, youre, \
        u are, ur, you have the, you have wrong, this is not, this isnt, this is the, this is a, this is my, \
        this is harassment|spam, its annoying|illegal|harassment, it is annoying|illegal|harassment, \
        or i|im|ill|you|we, i will|ill report|block|sue|call_the|contact_the|be, before i report|block|sue|call_the, \
        she|he is not, he|she doesnt, he|she does not, nobody, no one, and lose|delete, and remove|delete|take, \
        and dont|do_not, and never, and leave, and stop, not interested, wrong number|person",
    pauses: "until, till, unless, except, driving, in a meeting, in meetings, at work, asleep, sleeping, in class, \
        on vacation, ill text|txt|call you|u, i will text|txt|message|call you|u, ill let you|u, i will let you|u, \
        ill be in touch, ill get back, ill reach out, for a while|week|day|month|moment|minute|sec|second, for now, \
        a few days|weeks|minutes, this week|weekend|month, text me back",
    plain: "STOP TEXTING ME?, stop|quit|cease sending|with THESE? THESE? TEXTS to? ME?, \
        STOP sending|with ME THESE? THESE? TEXTS, stop|quit|end|cease|cancel|halt|discontinue THESE? THESE? TEXTS, \
        no more|further|longer THESE? TEXTS, no_more texting|text|messaging, DONT ever? TEXT ME?, \
        DONT you? ever TEXT ME?, DONT ever? send|keep_sending ME? THESE? THESE? TEXTS, DONT keep TEXTING ME, \
        REMOVE ME FROM YOUR? LIST, REMOVE MY|my_name|me|us FROM YOUR LIST, \
        REMOVE ME FROM YOUR text|texting|sms|marketing|contact|call|mailing lists|list, \
        remove|delete me|us|MY|this_number, take me|us|MY off, take me|us|MY out of|off YOUR LIST, \
        get me off YOUR LIST, lose|forget|erase|scrap MY, unsubscribe|unsub|unsuscribe|unsubcribe|unsubscribed ME, \
        unsubscribe|unsub|unsuscribe|unsubcribe ME? from|of|off|to YOUR? THESE? LIST|GO|this|these|everything|it, \
        unsubscribe|unsub, opt ME out, opt ME out of|from YOUR? THESE? LIST|GO|this|these|everything|it, opt out, \
        opt_out|opting_out of|from YOUR? THESE? LIST|GO|this|these|it, im|i_am opting out, i|we opt out, to opt out, \
        i would like to? opt_out, put|add|place me|us|MY on|in|to your|the|a|ur do_not_call|do_not_text|\
        do_not_contact|do_not_disturb|dnc|no_call|no_text list|lists|registry, \
        i|we DONT want|wish|need|like|care|consent to_receive|to_get|receiving|getting|receive? THESE? THESE? TEXTS, \
        i|we DONT want|wish|consent to be? texted|contacted|messaged|receiving_texts|getting_texts, \
        i|we DONT want|wish to be on YOUR LIST, i|we DONT want you|u|yall to? TEXT ME|texting_me, \
        i|we hereby? revoke|withdraw|rescind|retract my|our|any|all? consent|permission|authorization, i|we hereby? \
        revoke|withdraw|rescind|retract my|our|any|all? consent|permission|authorization to|for receive|be|get|text? \
        TEXTS|texted|contacted|me, you DONT have my|any? consent|permission|authorization to TEXT ME, \
        revoke|withdraw my? consent, cease and desist, \
        cease and desist all|any? contact|communication|texting|texts|messages, \
        no more|further contact|communication, i said stop, i already? said stop, told|asked you|u to? stop, \
        stop all|any contact|communication|communications, discontinue all|any? contact|communication|communications, \
        make it stop texting, stop stop, please STOP TEXTING",
    likely: "leave me|us|this_number alone, \
        stop|quit bothering|harassing|annoying|pestering|bugging|soliciting|stalking ME, go away, get lost, \
        fuck|piss|bugger|eff|f off, fuck you, screw you, REMOVE me|us|MY off|from|of the LIST, \
        stop|quit sending ME? this|these|them|those|it|this_stuff|stuff|this_crap|this_shit|these_things, \
        DONT send ME this|these|anything|stuff anymore|again|more|else, DONT send ME anything, i|we never|didnt|\
        did_not sign|signed up? for|to THESE? THESE? TEXTS|this|these|it|any_of_this|anything|that|your_list|list, i|\
        we never|didnt|did_not subscribe|subscribed|opt|opted|opt_in|opted_in|agree|agreed|consent|consented in? for|\
        to? THESE? THESE? TEXTS?, i|we never|didnt|did_not subscribe|subscribed|opt|opted|opt_in|opted_in|agree|\
        agreed|consent|consented for|to this|these|it|any_of_this|anything|be_texted|be_contacted, i|we never|didnt|\
        did_not ask|asked for|to THESE? THESE? TEXTS|this|these|it|any_of_this|be_texted|be_contacted, \
        i|we never|didnt|did_not give|gave|given you|u|anyone MY, \
        i|we never|didnt|did_not give|gave you|u? permission|consent, stop|enough|quit|done with? THESE THESE? TEXTS, \
        enough already, if you TEXT ME again, text|contact|message me again and, \
        i|we DONT want to hear from you|u|yall, i|we DONT want anything from you|u, \
        im|i_am blocking|reporting you|u|this|this_number, you|u are|r blocked, youre blocked, blocked and reported, \
        reported and blocked, blocking you|u|this_number, i|we DONT want anymore|any_more|more? of? your? TEXTS, \
        stop|quit calling ME, DONT call me|us again, DONT bother ME",
    wrong: "the|a? wrong number|person|guy|recipient|woman|man|lady|dude|phone_number|numbers, you|u|yall have|got|ve|\
        reached|texted|texting|messaged|are_texting|r_texting|have_got|have_reached|must_have|probably_have|\
        obviously_have|might_have|may_have|clearly_have|are_messaging|contacted|are_contacting the|a? wrong number|\
        person|guy|recipient|phone_number|one, youve got|reached the wrong number|person|guy, \
        youre texting|messaging|contacting the wrong number|person|guy, i think|believe|guess|am_afraid|am_sorry_but \
        you|u|yall have|got|ve|reached|are_texting|texted the|a? wrong number|person|guy|one, \
        i think|believe this|its|it_is is? the|a? wrong number|person, im afraid you have the wrong number|person, \
        this|it|thats|its is? the|a? wrong number|person|guy|phone_number, \
        this|it is not|no_longer the right number|person, this isnt the right number|person, \
        this is not|no_longer|not_longer his|her|their|that_persons number|phone|cell, \
        this isnt|aint his|her|their number|phone|cell, \
        this number does_not|doesnt|no_longer|does_no_longer belong|belongs to * *?, \
        i am|im not who|the_person you|u think|want|are_looking_for|are_trying_to_reach|are_trying_to_contact, \
        im|i_am not the|that|this person you|u are|re? looking_for|trying_to_reach|trying_to_contact|texting, \
        you are|youre? looking for|texting someone|somebody else, \
        no_one|nobody|noone here? by|with|of that|this name here|at_this_number?, \
        there_is|theres no_one|nobody|noone here? by|with|of that|this name here|at_this_number?, \
        no_one|nobody named|called * *? here|at_this_number|lives_here, \
        he|she does_not|doesnt|no_longer have|has|use|uses|own|owns this number|phone, \
        he|she doesnt|does_not live here, no such person|name here|at_this_number?, \
        dont know who you are|re? looking for, you|u have|got the wrong number for * *?",
    bare: "stop, stop all, unsubscribe, opt out, stopall, stop it all, unsub",
}];
