"""One table: which tag means what to us.

    node         becomes a Node of that kind
    flow, lanes  become flows and lanes
    event        says what an event waits for or does; the word after the colon is Event.kind
    read         is read by the element around it
    kept         has no meaning when run: it stays in the file, nothing below it is looked at
    refused      would have to run and cannot: listed in Process.unsupported, with the reason

A tag of the BPMN namespace that is not in the table, inside a process, is refused too.
"""

from __future__ import annotations

from engine.bpmn.model import EVENTS, GATEWAYS, SUB_PROCESSES, TASKS

NODE, FLOW, LANES, READ, KEPT, REFUSED, EVENT = "node", "flow", "lanes", "read", "kept", "refused", "event"

EVENT_KINDS = {
    "timerEventDefinition": "timer", "messageEventDefinition": "message", "signalEventDefinition": "signal",
    "escalationEventDefinition": "escalation", "errorEventDefinition": "error",
    "terminateEventDefinition": "terminate", "conditionalEventDefinition": "conditional",
    "linkEventDefinition": "link", "compensateEventDefinition": "compensate", "cancelEventDefinition": "cancel",
}

_READ = """documentation extensionElements incoming outgoing eventDefinitionRef conditionExpression condition
timeDate timeDuration timeCycle multiInstanceLoopCharacteristics standardLoopCharacteristics loopCardinality
loopCondition completionCondition loopDataInputRef inputDataItem loopDataOutputRef outputDataItem flowNodeRef lane
childLaneSet dataInputAssociation dataOutputAssociation sourceRef targetRef assignment from to transformation
potentialOwner humanPerformer performer resourceRole resourceRef resourceAssignmentExpression formalExpression
expression script operationRef messageRef correlationSubscription correlationPropertyBinding dataPath
correlationKeyRef correlationPropertyRef activationCondition"""

_KEPT = """ioSpecification ioBinding property dataObject dataObjectReference dataStoreReference association
textAnnotation group auditing monitoring supports supportedInterfaceRef dataInput dataOutput inputSet outputSet
categoryValueRef partitionElement partitionElementRef source target dataState rendering resourceParameterBinding
definitionalCollaborationRef"""

REASONS: dict[str, tuple[str, str]] = {
    "script": ("Skrip di dalam pemetaan data tidak dijalankan. Tulis nilainya sebagai ungkapan FEEL, atau hitung di "
               "penangan tugasnya.",
               "A script inside a data mapping is not run. Write the value in FEEL, or compute it in the task's "
               "handler."),
    "transformation": ("Pengubahan data (transformation) dalam bahasa lain tidak dijalankan. Tulis sebagai ungkapan "
                       "FEEL.",
                       "A data transformation in another language is not run. Write it in FEEL."),
    "activationCondition": ("Syarat pengaktifan gerbang kompleks tidak dijalankan. Pakai gerbang paralel atau "
                            "inklusif.",
                            "Activation conditions are not run. Use a parallel or an inclusive gateway."),
    "loop_behavior": ("Perilaku pengulangan “{detail}” tidak dijalankan. Pakai perilaku bawaan (All), dan lemparkan "
                      "peristiwanya di dalam subproses.",
                      "Loop behaviour “{detail}” is not run. Use the default (All), and throw the event inside a "
                      "sub-process."),
    "parallel_events": ("Gerbang peristiwa yang menunggu semua peristiwanya (Parallel) tidak dijalankan. Gambarkan "
                        "peristiwanya sesudah gerbang paralel.",
                        "An event gateway that waits for all its events (Parallel) is not run. Draw the events behind "
                        "a parallel gateway."),
    "quantity": ("Jumlah token startQuantity dan completionQuantity harus bilangan 1 sampai 9. Betulkan atau hapus.",
                 "Token quantities (startQuantity, completionQuantity) are whole numbers from 1 to 9. Mend or remove "
                 "them."),
    "case": ("Kasus (CMMN) “{detail}” tidak dijalankan. Panggil sebuah proses BPMN.",
             "Case “{detail}” (CMMN) is not run. Call a BPMN process."),
    "unknown": ("Unsur “{detail}” tidak dikenal. Ganti dengan unsur yang didukung.",
                "Element “{detail}” is not known. Use a supported element."),
    "misplaced": ("Unsur “{detail}” berada di tempat yang salah. Pindahkan ke dalam proses atau subproses.",
                  "Element “{detail}” is in the wrong place. Move it into a process or sub-process."),
    "must_understand": ("Gambar menuntut tambahan “{detail}” dipahami. Hapus mustUnderstand atau tambahan itu.",
                        "The drawing demands that extension “{detail}” be understood. Remove the demand."),
}

TAGS: dict[str, str] = {
    **dict.fromkeys(EVENTS | TASKS | GATEWAYS | SUB_PROCESSES | {"callActivity"}, NODE),
    "sequenceFlow": FLOW, "laneSet": LANES,
    **dict.fromkeys(EVENT_KINDS, EVENT),
    **dict.fromkeys(_READ.split(), READ),
    **dict.fromkeys(_KEPT.split(), KEPT),
    "complexBehaviorDefinition": REFUSED,
}


def reason_for(tag: str) -> str:
    """The key in REASONS of a refused or unknown tag."""
    return "loop_behavior" if tag == "complexBehaviorDefinition" else "unknown"
