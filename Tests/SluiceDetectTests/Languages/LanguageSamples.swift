/// A few plain sentences in many languages, written for these tests; none of them is in what the table was made from.
enum LanguageSamples {
    static let all: [(code: String, text: String)] = [
        (
            "af",
            """
            Ons het gister na die mark toe geloop omdat my suster vars vrugte wou koop. Dit het die hele oggend gereën, en toe
            ons by die huis kom, was al die brood nat, maar niemand was kwaad nie.
            """
        ),
        (
            "ar",
            """
            ذهبنا أمس إلى السوق لأن أختي أرادت أن تشتري بعض الفاكهة الطازجة، وقد أمطرت السماء طوال الصباح، وعندما رجعنا إلى
            البيت كان الخبز كله مبللا ولكن لم يغضب أحد من ذلك.
            """
        ),
        (
            "be",
            """
            Учора мы пайшлі на рынак, бо мая сястра хацела купіць свежай садавіны. Усю раніцу ішоў дождж, і калі мы вярнуліся
            дадому, увесь хлеб быў мокры, але ніхто не злаваўся.
            """
        ),
        (
            "bg",
            """
            Вчера отидохме на пазара, защото сестра ми искаше да купи пресни плодове. Цяла сутрин валя дъжд и когато се
            върнахме вкъщи, целият хляб беше мокър, но никой не се разсърди.
            """
        ),
        (
            "ca",
            """
            Ahir vam anar al mercat perquè la meva germana volia comprar fruita fresca. Va ploure tot el matí, i quan vam
            tornar a casa el pa era ben moll, però ningú no es va enfadar amb nosaltres.
            """
        ),
        (
            "cs",
            """
            Včera jsme šli na trh, protože moje sestra chtěla koupit čerstvé ovoce. Celé dopoledne pršelo, a když jsme se
            vrátili domů, byl všechen chléb mokrý, ale nikdo se nezlobil.
            """
        ),
        (
            "cy",
            """
            Aethom ni i'r farchnad ddoe achos bod fy chwaer eisiau prynu ffrwythau ffres. Roedd hi'n bwrw glaw trwy'r bore, a
            phan ddaethom adref roedd y bara i gyd yn wlyb, ond doedd neb yn grac.
            """
        ),
        (
            "da",
            """
            I går gik vi på markedet, fordi min søster ville købe frisk frugt. Det regnede hele formiddagen, og da vi kom hjem
            igen, var alt brødet blevet vådt, men der var ingen, som blev vred af den grund.
            """
        ),
        (
            "de",
            """
            Gestern sind wir auf den Markt gegangen, weil meine Schwester frisches Obst kaufen wollte. Es hat den ganzen
            Vormittag geregnet, und als wir nach Hause kamen, war das Brot nass, aber niemand war böse.
            """
        ),
        (
            "el",
            """
            Χθες πήγαμε στην αγορά, επειδή η αδελφή μου ήθελε να αγοράσει φρέσκα φρούτα. Έβρεχε όλο το πρωί και όταν γυρίσαμε
            στο σπίτι το ψωμί ήταν βρεγμένο, αλλά κανείς δεν θύμωσε.
            """
        ),
        (
            "eo",
            """
            Hieraŭ ni iris al la merkato, ĉar mia fratino volis aĉeti freŝajn fruktojn. Pluvis dum la tuta mateno, kaj kiam ni
            revenis hejmen, la tuta pano estis malseka, sed neniu koleris.
            """
        ),
        (
            "es",
            """
            Ayer fuimos al mercado porque mi hermana quería comprar fruta fresca. Llovió toda la mañana y, cuando volvimos a
            casa, el pan estaba mojado, pero nadie se enfadó con nosotros por eso.
            """
        ),
        (
            "et",
            """
            Eile käisime turul, sest mu õde tahtis värskeid puuvilju osta. Terve hommiku sadas vihma ja kui me koju jõudsime,
            oli kogu leib märg, aga keegi ei olnud selle pärast pahane.
            """
        ),
        (
            "eu",
            """
            Atzo azokara joan ginen, nire arrebak fruta freskoa erosi nahi zuelako. Goiz osoan euria egin zuen, eta etxera
            itzuli ginenean ogi guztia bustita zegoen, baina inor ez zen haserretu.
            """
        ),
        (
            "fa",
            """
            دیروز به بازار رفتیم چون خواهرم می‌خواست میوهٔ تازه بخرد. تمام صبح باران می‌بارید و وقتی به خانه برگشتیم همهٔ نان
            خیس شده بود، اما هیچ کس از این کار عصبانی نشد.
            """
        ),
        (
            "fi",
            """
            Eilen kävimme torilla, koska siskoni halusi ostaa tuoreita hedelmiä. Koko aamun satoi vettä, ja kun tulimme
            takaisin kotiin, kaikki leipä oli märkää, mutta kukaan ei ollut siitä vihainen.
            """
        ),
        (
            "fr",
            """
            Hier nous sommes allés au marché parce que ma sœur voulait acheter des fruits frais. Il a plu toute la matinée et,
            quand nous sommes rentrés, le pain était mouillé, mais personne ne s'est fâché.
            """
        ),
        (
            "ga",
            """
            Chuamar go dtí an margadh inné mar bhí mo dheirfiúr ag iarraidh torthaí úra a cheannach. Bhí sé ag cur báistí an
            mhaidin ar fad, agus nuair a tháinig muid abhaile bhí an t-arán fliuch, ach ní raibh fearg ar aon duine.
            """
        ),
        (
            "he",
            """
            אתמול הלכנו לשוק כי אחותי רצתה לקנות פירות טריים. כל הבוקר ירד גשם, וכשחזרנו הביתה כל הלחם היה רטוב, אבל אף אחד לא
            כעס עלינו בגלל זה.
            """
        ),
        (
            "hi",
            """
            कल हम बाज़ार गए क्योंकि मेरी बहन ताज़े फल खरीदना चाहती थी। पूरी सुबह बारिश होती रही, और जब हम घर लौटे तो सारी रोटी भीग चुकी
            थी, लेकिन किसी को गुस्सा नहीं आया।
            """
        ),
        (
            "hr",
            """
            Jučer smo otišli na tržnicu jer je moja sestra htjela kupiti svježe voće. Cijelo jutro je padala kiša, a kada smo
            se vratili kući, sav je kruh bio mokar, ali nitko se nije ljutio.
            """
        ),
        (
            "hu",
            """
            Tegnap elmentünk a piacra, mert a nővérem friss gyümölcsöt akart venni. Egész délelőtt esett az eső, és amikor
            hazaértünk, az összes kenyér vizes volt, de senki sem haragudott meg érte.
            """
        ),
        (
            "hy",
            """
            Երեկ մենք գնացինք շուկա, որովհետև քույրս ուզում էր թարմ միրգ գնել։ Ամբողջ առավոտ անձրև էր գալիս, և երբ տուն վերադարձանք,
            ամբողջ հացը թաց էր, բայց ոչ ոք չբարկացավ։
            """
        ),
        (
            "id",
            """
            Kemarin kami pergi ke pasar karena kakak saya ingin membeli buah segar. Hujan turun sepanjang pagi, dan ketika kami
            pulang ke rumah semua roti sudah basah, tetapi tidak ada yang marah.
            """
        ),
        (
            "is",
            """
            Í gær fórum við á markaðinn af því að systir mín vildi kaupa ferska ávexti. Það rigndi allan morguninn og þegar við
            komum heim var allt brauðið orðið blautt, en enginn varð reiður.
            """
        ),
        (
            "it",
            """
            Ieri siamo andati al mercato perché mia sorella voleva comprare della frutta fresca. Ha piovuto tutta la mattina e,
            quando siamo tornati a casa, il pane era bagnato, ma nessuno si è arrabbiato.
            """
        ),
        (
            "ja",
            """
            昨日、姉が新しい果物を買いたいと言ったので、みんなで市場へ行きました。朝からずっと雨が降っていて、家に帰ったころにはパンがすっかりぬれて
            いましたが、だれも怒りませんでした。
            """
        ),
        (
            "ka",
            """
            გუშინ ბაზარში წავედით, რადგან ჩემს დას ახალი ხილის ყიდვა უნდოდა. მთელი დილა წვიმდა და როცა სახლში დავბრუნდით, მთელი
            პური სველი იყო, მაგრამ არავინ გაბრაზებულა.
            """
        ),
        (
            "kk",
            """
            Кеше біз базарға бардық, өйткені менің әпкем жаңа жеміс сатып алғысы келді. Таңертең бойы жаңбыр жауды, ал біз үйге
            қайтып келгенде нанның бәрі су болған екен, бірақ ешкім ашуланған жоқ.
            """
        ),
        (
            "ko",
            """
            어제 누나가 신선한 과일을 사고 싶어 해서 우리는 시장에 갔다. 아침 내내 비가 왔고 집에 돌아왔을 때는 빵이 모두 젖어 있었지만 아무도
            화를 내지 않았다.
            """
        ),
        (
            "lt",
            """
            Vakar ėjome į turgų, nes mano sesuo norėjo nusipirkti šviežių vaisių. Visą rytą lijo lietus, o kai grįžome namo, visa
            duona buvo šlapia, bet niekas dėl to nesupyko.
            """
        ),
        (
            "lv",
            """
            Vakar mēs gājām uz tirgu, jo mana māsa gribēja nopirkt svaigus augļus. Visu rītu lija lietus, un, kad mēs atgriezāmies
            mājās, visa maize bija slapja, bet neviens par to nedusmojās.
            """
        ),
        (
            "mk",
            """
            Вчера отидовме на пазар затоа што сестра ми сакаше да купи свежо овошје. Цело утро врнеше дожд, а кога се вративме
            дома, целиот леб беше мокар, но никој не се налути.
            """
        ),
        (
            "nb",
            """
            I går gikk vi på markedet fordi søsteren min ville kjøpe fersk frukt. Det regnet hele formiddagen, og da vi kom hjem
            igjen, var alt brødet blitt vått, men det var ingen som ble sinte av den grunn.
            """
        ),
        (
            "nl",
            """
            Gisteren zijn we naar de markt gegaan omdat mijn zus vers fruit wilde kopen. Het heeft de hele ochtend geregend, en
            toen we thuiskwamen was al het brood nat, maar niemand was boos.
            """
        ),
        (
            "pl",
            """
            Wczoraj poszliśmy na targ, ponieważ moja siostra chciała kupić świeże owoce. Przez całe przedpołudnie padał deszcz, a
            kiedy wróciliśmy do domu, cały chleb był mokry, ale nikt się nie złościł.
            """
        ),
        (
            "pt",
            """
            Ontem fomos ao mercado porque a minha irmã queria comprar fruta fresca. Choveu durante toda a manhã e, quando
            voltámos para casa, o pão estava todo molhado, mas ninguém ficou zangado com isso.
            """
        ),
        (
            "ro",
            """
            Ieri am mers la piață pentru că sora mea voia să cumpere fructe proaspete. A plouat toată dimineața și, când ne-am
            întors acasă, toată pâinea era udă, dar nimeni nu s-a supărat.
            """
        ),
        (
            "ru",
            """
            Вчера мы ходили на рынок, потому что моя сестра хотела купить свежих фруктов. Всё утро шёл дождь, и когда мы
            вернулись домой, весь хлеб был мокрый, но никто не рассердился.
            """
        ),
        (
            "sk",
            """
            Včera sme išli na trh, pretože moja sestra chcela kúpiť čerstvé ovocie. Celé dopoludnie pršalo, a keď sme sa vrátili
            domov, všetok chlieb bol mokrý, ale nikto sa nehneval.
            """
        ),
        (
            "sl",
            """
            Včeraj smo šli na tržnico, ker je moja sestra hotela kupiti sveže sadje. Vse dopoldne je deževalo, in ko smo se vrnili
            domov, je bil ves kruh moker, vendar se nihče ni jezil.
            """
        ),
        (
            "sq",
            """
            Dje shkuam në treg sepse motra ime donte të blinte fruta të freskëta. Ra shi gjatë gjithë mëngjesit dhe kur u kthyem
            në shtëpi e gjithë buka ishte lagur, por askush nuk u zemërua.
            """
        ),
        (
            "sr",
            """
            Јуче смо отишли на пијацу јер је моја сестра хтела да купи свеже воће. Цело јутро је падала киша, а када смо се
            вратили кући, сав хлеб је био мокар, али нико се није љутио.
            """
        ),
        (
            "sv",
            """
            I går gick vi till torget eftersom min syster ville köpa färsk frukt. Det regnade hela förmiddagen, och när vi kom hem
            igen hade allt brödet blivit blött, men det var ingen som blev arg för det.
            """
        ),
        (
            "sw",
            """
            Jana tulikwenda sokoni kwa sababu dada yangu alitaka kununua matunda mapya. Mvua ilinyesha asubuhi yote, na tuliporudi
            nyumbani mikate yote ilikuwa imelowa maji, lakini hakuna mtu aliyekasirika.
            """
        ),
        (
            "ta",
            """
            நேற்று என் அக்கா புதிய பழங்கள் வாங்க விரும்பியதால் நாங்கள் சந்தைக்குச் சென்றோம். காலை முழுவதும் மழை பெய்தது, ஆனால் யாரும்
            கோபப்படவில்லை.
            """
        ),
        (
            "th",
            """
            เมื่อวานเราไปตลาดเพราะพี่สาวอยากซื้อผลไม้สด ฝนตกตลอดทั้งเช้า พอเรากลับถึงบ้านขนมปังก็เปียกหมดแล้ว แต่ไม่มีใครโกรธเลย
            """
        ),
        (
            "tl",
            """
            Pumunta kami sa palengke kahapon dahil gusto ng kapatid ko na bumili ng sariwang prutas. Umulan nang buong umaga, at
            nang makauwi kami ay basa na ang lahat ng tinapay, pero walang nagalit sa amin.
            """
        ),
        (
            "tr",
            """
            Dün pazara gittik çünkü ablam taze meyve almak istiyordu. Bütün sabah yağmur yağdı ve eve döndüğümüzde ekmeğin hepsi
            ıslanmıştı, ama kimse bu yüzden bize kızmadı.
            """
        ),
        (
            "uk",
            """
            Учора ми ходили на ринок, бо моя сестра хотіла купити свіжих фруктів. Цілий ранок ішов дощ, і коли ми повернулися
            додому, увесь хліб був мокрий, але ніхто не розсердився.
            """
        ),
        (
            "ur",
            """
            کل ہم بازار گئے کیونکہ میری بہن تازہ پھل خریدنا چاہتی تھی۔ ساری صبح بارش ہوتی رہی، اور جب ہم گھر واپس آئے تو ساری روٹی
            بھیگ چکی تھی، لیکن کسی کو غصہ نہیں آیا۔
            """
        ),
        (
            "vi",
            """
            Hôm qua chúng tôi đi chợ vì chị tôi muốn mua trái cây tươi. Trời mưa suốt cả buổi sáng, và khi chúng tôi về đến nhà
            thì bánh mì đã ướt hết, nhưng không ai giận cả.
            """
        ),
        (
            "zh",
            """
            昨天我们去了市场，因为我姐姐想买一些新鲜的水果。整个上午都在下雨，等我们回到家的时候，面包全都湿了，可是谁也没有因为这件事生气。
            """
        ),
    ]
}
