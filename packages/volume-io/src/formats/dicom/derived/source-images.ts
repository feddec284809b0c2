import type { DicomHeader } from '../../../headers/dicom-header.ts';
import type { Attributes } from '../elements/encode-file.ts';

/** What objects that are made here say of what made them. */
export const EQUIPMENT: Attributes = {
  Manufacturer: 'sts-net',
  ManufacturerModelName: '@sts-net/volume-io',
  DeviceSerialNumber: '0',
  SoftwareVersions: '0',
};

/** Patient and study of the images. */
export function ofStudy({ study, patient, studyInstanceUid }: DicomHeader): Attributes {
  return {
    PatientName: patient.name,
    PatientID: patient.id,
    PatientBirthDate: patient.birthDate,
    PatientSex: patient.sex,
    StudyInstanceUID: studyInstanceUid,
    StudyID: study.id,
    StudyDate: study.date,
    StudyTime: study.time,
    AccessionNumber: study.accessionNumber,
    ReferringPhysicianName: study.referringPhysicianName,
  };
}

/** The image that a slice came from; the frame only where its file holds several. */
export function referenceTo(header: DicomHeader, slice: number): Attributes {
  const uid = header.sopInstanceUids[slice]!;
  const isOfSeveral = header.sopInstanceUids.filter((other) => other === uid).length > 1;
  return {
    ReferencedSOPClassUID: header.sopClassUid,
    ReferencedSOPInstanceUID: uid,
    ...(isOfSeveral ? { ReferencedFrameNumber: String(header.frameNumbers[slice]) } : {}),
  };
}

/** The images, each file once. */
export function referencesTo({ sopClassUid, sopInstanceUids }: DicomHeader): Attributes[] {
  return [...new Set(sopInstanceUids)].map((uid) => ({
    ReferencedSOPClassUID: sopClassUid,
    ReferencedSOPInstanceUID: uid,
  }));
}
