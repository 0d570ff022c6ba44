/** 장치를 연결하는 방법과 도착한 데이터를 보여 주는 페이지. */
import type { Texts } from "../en.ts";

export const connect: Texts["connect"] = {
  heading: "장치 연결",
  emptyHeading: "첫 장치를 연결하세요",
  emptyIntro:
    "아직 측정값이 들어오지 않았습니다. 아래에서 방법을 고르세요. 첫 값이 저장되는 순간 이 페이지가 알려 줍니다.",
  intro: "장치는 첫 측정값과 함께 생깁니다. 여기서 따로 설정할 것은 없습니다.",
  waiting: "첫 측정값을 기다리는 중",
  waitingForAnother: "새 장치를 기다리는 중",
  arrived: (device) => `${device}의 첫 측정값이 들어왔습니다`,
  address: "이 허브의 주소",
  tabs: "연결 방법",
  copy: "복사",
  copied: "복사됨",
  copyFailed: "텍스트를 선택해 복사하세요",
  tryHeading: "가진 장치가 없나요?",
  tryText:
    "이 페이지가 장치 역할을 할 수 있습니다. 멈추거나 페이지를 닫을 때까지 느린 파형을 보내고, 다른 측정값처럼 저장됩니다.",
  tryStart: "이 페이지에서 측정값 보내기",
  tryStop: "보내기 중지",
  open: "장치 열기",
  tokenElsewhere:
    "다른 컴퓨터에서 실행하는 프로그램에는 허브의 토큰도 필요합니다. Authorization: Bearer TOKEN 헤더나 hello.token으로 보내세요.",
  thisMachine: (host) =>
    `보드에서는 ${host}에 연결할 수 없습니다. 허브를 --lan으로 시작하고, 허브가 출력한 주소로 이 페이지를 여세요. 그러면 프로그램에 그 주소가 들어갑니다.`,
  ways: {
    browser: { name: "브라우저", hint: "파일로 저장해 열거나, 가지고 있는 페이지에 붙여 넣으세요." },
    node: {
      name: "Node",
      hint: "JavaScript입니다. Node 22 이상, Deno, Bun과 브라우저 콘솔에서 실행됩니다. 설치할 것이 없습니다.",
    },
    python: { name: "Python", hint: "표준 라이브러리만 씁니다. 설치할 것이 없습니다." },
    java: {
      name: "Java",
      hint: "Sensor.java로 저장하고 “java Sensor.java”로 실행하세요. Java 11 이상의 JDK만 있으면 됩니다.",
    },
    curl: { name: "curl", hint: "HTTP로 측정값 하나를 보냅니다. 디스크에 저장된 뒤 응답이 옵니다." },
    arduino: {
      name: "Arduino",
      hint: "ESP32용이며, 코어에 들어 있는 라이브러리만 씁니다. 자신의 무선 신호 세기를 보내니, 그 자리에 센서 값을 넣으세요. 허브가 없는 동안에도 측정값을 보관하는 스케치는 저장소에 있습니다.",
    },
  },
};

export const arrivals: Texts["arrivals"] = {
  heading: "도착한 데이터",
  intro: "허브가 지난 1분 동안 받은 것입니다.",
  senders: "지난 1분 동안 보낸 곳, 최신순",
  refusals: "최근 거부된 것, 최신순",
  ways: { socket: "웹소켓", http: "HTTP 요청" },
  stranger: "장치 이름 없음",
  thisMachine: "이 컴퓨터",
  readings: (count) => `측정값 ${count}개`,
  refused: (count) => `${count}개 거부됨`,
  connected: "연결됨",
  more: (count) => `그 외 ${count}곳`,
  nothing: "지난 1분 동안 도착한 것이 없습니다.",
  loading: "허브에 묻는 중",
  failed: (message) => `도착한 데이터를 허브에서 가져오지 못했습니다: ${message}`,
  times: (count) => `${count}번`,
  since: (age) => `처음 ${age}`,
  wrongTokens: (count) => `허브가 시작된 뒤 잘못된 토큰이 ${count}번 거부되었습니다.`,
};
